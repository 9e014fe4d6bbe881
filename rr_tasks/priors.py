"""Makes diagnostic priors from findings, and removes findings from them."""

from collections.abc import Collection, Mapping

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.scene import describe
from schemas.prior.current import AnyFinding, DiagnosticPrior, ImageSize, Provenance
from schemas.prior.text import undo_order, write_reasoning


def make_absent_findings(model: type[DiagnosticPrior] = DiagnosticPrior) -> dict[str, AnyFinding]:
    """Return an absent finding for each type in priors of this model."""
    return {name: finding.absent() for name, finding in model.types().items()}


def make_prior(
    image: Bytes,
    findings: Mapping[str, AnyFinding],
    provenance: Provenance,
    model: type[DiagnosticPrior] = DiagnosticPrior,
) -> DiagnosticPrior:
    """Write the prior of a photograph; order and chain of thought follow from the findings.

    Args:
        image: (H, W, 3) sRGB bytes, which give the size and the description of the scene.
        findings: findings by the name of their type; missing types are absent.
        provenance: their author.
        model: that of the prior; it has at least the types of `findings`.
    """
    height, width = image.shape[:2]
    complete = make_absent_findings(model) | dict(findings)
    return model.model_validate(
        {
            **complete,
            "image": ImageSize(width=width, height=height),
            "scene": describe(image),
            "order": undo_order(complete.values()),
            "reasoning": write_reasoning(complete.values()),
            "provenance": provenance,
        }
    )


def leave_out(prior: DiagnosticPrior, names: Collection[str]) -> DiagnosticPrior:
    """Remove some types from a prior without a trace.

    The others keep their order of treatment; the chain of thought is rewritten.
    """
    if not names:
        return prior
    left = {name: finding for name, finding in prior.findings.items() if name not in names}
    order = tuple(name for name in prior.order if name in left)
    absent = {name: finding.absent() for name, finding in prior.types().items() if name in names}
    words = write_reasoning(left.values(), order)
    return prior.model_copy(update={**absent, "order": order, "reasoning": words})


def without_maps(prior: DiagnosticPrior) -> DiagnosticPrior:
    """Remove transmission map, kernel and noise per channel, where a prior must be small."""
    small = {
        name: finding.model_copy(update={"parameters": finding.parameters.without_maps()})
        for name, finding in prior.findings.items()
        if finding.parameters is not None
    }
    return prior.model_copy(update=small)
