"""The prior in words: the chain of thought, and the text that conditions a text-guided restorer.

Both are rendered from the findings alone, so the same findings always give the same words.
"""

from collections.abc import Iterable, Sequence

from schemas.prior.current import AnyFinding, DiagnosticPrior


def undo_order(findings: Iterable[AnyFinding]) -> tuple[str, ...]:
    """Return the present degradations in the order to undo them, the last that light met first."""
    met = in_order_of_light(finding for finding in findings if finding.present)
    return tuple(finding.degradation().name for finding in reversed(met))


def write_reasoning(findings: Iterable[AnyFinding], order: Sequence[str] | None = None) -> str:
    """Write the chain of thought that leads from the findings to the order of treatment.

    Args:
        findings: the finding of every type to mention, absent ones included.
        order: what to undo, in this order; by default that of `undo_order`.
    """
    met = in_order_of_light(findings)
    steps = [finding.sentence() for finding in met]
    order = undo_order(met) if order is None else order
    if order:
        steps.append(f"Light met them in the reverse order, so undo {', then '.join(order)}.")
    else:
        steps.append("Nothing needs to be undone.")
    return " ".join(steps)


def write_instruction(prior: DiagnosticPrior) -> str:
    """Render the prior as an editing instruction for a text-conditioned restorer."""
    if not prior.order:
        return f"Keep this photograph as it is. {prior.scene.description}"
    severities = ", ".join(
        f"{name} (severity {prior.finding(name).severity:.0f} of 100)" for name in prior.order
    )
    return (
        f"Restore this photograph: remove {severities}. {prior.reasoning} "
        f"Keep the scene unchanged: {prior.scene.description}"
    )


def in_order_of_light(findings: Iterable[AnyFinding]) -> list[AnyFinding]:
    """Sort findings in the order in which light met what they describe."""
    return sorted(findings, key=lambda finding: finding.degradation().stage)
