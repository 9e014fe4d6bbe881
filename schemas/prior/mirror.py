"""The prior of a mirrored photograph."""

from typing import Any

from schemas.prior.current import AnyFinding, DiagnosticPrior
from schemas.prior.text import write_reasoning


def mirror(prior: DiagnosticPrior) -> DiagnosticPrior:
    """Return the prior of the photograph mirrored left to right: axes lean the other way.

    The reasoning is rewritten from the findings because it names the axes.
    """
    findings = {name: _mirror_finding(finding) for name, finding in prior.findings.items()}
    words = write_reasoning(findings.values(), prior.order)
    changes: dict[str, Any] = {**findings, "reasoning": words}
    return prior.model_copy(update=changes)


def _mirror_finding(finding: AnyFinding) -> AnyFinding:
    if finding.parameters is None:
        return finding
    return finding.model_copy(update={"parameters": finding.parameters.mirror()})
