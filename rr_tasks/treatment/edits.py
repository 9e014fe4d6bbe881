"""Edits diagnoses as a user asks."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from rr_tasks.degrade.catalogue import CATALOGUE
from rr_tasks.degrade.physics import AnyPhysics
from rr_tasks.priors import leave_out
from schemas.edit import PROBABILITY, SEVERITY, EditedValue
from schemas.prior.current import AnyFinding, DiagnosticPrior
from schemas.prior.text import write_reasoning


def edit_prior(prior: DiagnosticPrior, edits: Mapping[str, EditedValue]) -> DiagnosticPrior:
    """Change findings of a diagnosis; what was not found stays absent.

    A severity of 0 leaves the type out without a trace. Another severity scales the parameters, so
    that they agree, and maps with them. Without one, the severity follows from the parameters, and
    maps, which would contradict them, are left out.

    Args:
        prior: the diagnosis.
        edits: new values by dotted path; see `schemas.edit`.
    """
    changes: dict[str, dict[str, Any]] = defaultdict(dict)
    for path, value in edits.items():
        name, _, field = path.partition(".")
        if name in prior.present():
            changes[name][field] = value
    if not changes:
        return prior
    short_side = min(prior.image.width, prior.image.height)
    edited = {
        name: _edit(CATALOGUE[name], prior.finding(name), fields, short_side)
        for name, fields in changes.items()
    }
    gone = [name for name, finding in edited.items() if not finding.present]
    kept = leave_out(prior.model_copy(update=edited), gone)
    words = write_reasoning(kept.findings.values(), kept.order)
    return kept.model_copy(update={"reasoning": words})


def _edit(
    physics: AnyPhysics, finding: AnyFinding, changes: Mapping[str, Any], short_side: int
) -> AnyFinding:
    given = {name: value for name, value in changes.items() if name not in (SEVERITY, PROBABILITY)}
    parameters: Any = finding.parameters
    edited = finding
    if given:
        whole = {**parameters.model_dump(), **dict.fromkeys(parameters.maps), **given}
        parameters = type(parameters).model_validate(whole, strict=False)
        edited = physics.find(parameters, short_side)
    severity = changes.get(SEVERITY)
    if severity == 0.0:
        edited = finding.absent()
    elif severity is not None:
        fitting = physics.at_severity(parameters, severity, short_side)
        edited = physics.finding(present=True, severity=float(severity), parameters=fitting)
    return edited.model_copy(update={"probability": changes.get(PROBABILITY, finding.probability)})
