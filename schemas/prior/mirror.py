"""The prior of a mirrored photograph."""

from typing import Any

from schemas.prior.current import AnyFinding, DiagnosticPrior
from schemas.prior.text import reasoning


def mirror(prior: DiagnosticPrior) -> DiagnosticPrior:
    """Describe the photograph of `prior` mirrored left to right: every axis leans the other way.

    The reasoning is written anew from the findings, because it names the axes.
    """
    findings = {name: _mirror_finding(finding) for name, finding in prior.findings.items()}
    words = reasoning(findings.values(), prior.order)
    changes: dict[str, Any] = {**findings, "reasoning": words}
    return prior.model_copy(update=changes)


def _mirror_finding(finding: AnyFinding) -> AnyFinding:
    if finding.parameters is None:
        return finding
    return finding.model_copy(update={"parameters": finding.parameters.mirror()})
