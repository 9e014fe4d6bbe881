"""All baselines, by name, and what each of them is meant for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rr_tasks.evaluation.images.baselines.dark_channel import dehaze
from rr_tasks.evaluation.images.baselines.deconvolution import (
    sharpen_by_richardson_lucy,
    sharpen_by_wiener,
)
from rr_tasks.evaluation.images.baselines.nonlocal_means import denoise
from rr_tasks.photographs.pixels import Bytes
from schemas.prior.current import DegradationName, DiagnosticPrior


@dataclass(frozen=True)
class Baseline:
    """A method against one type of degradation.

    Attributes:
        against: the type; it is applied only where the truth has it.
        restore: restores (H, W, 3) sRGB bytes; it may know the truth, and returns None where that
            says too little.
    """

    against: DegradationName
    restore: Callable[[Bytes, DiagnosticPrior], Bytes | None]

    def __call__(self, image: Bytes, truth: DiagnosticPrior) -> Bytes | None:
        """Restore a photograph if it has what the method is meant for."""
        return self.restore(image, truth) if self.against in truth.present() else None


BASELINES: Mapping[str, Baseline] = {
    "non-local means": Baseline("noise", lambda image, _: denoise(image)),
    "dark channel": Baseline("haze", lambda image, _: dehaze(image)),
    "Wiener, true kernel": Baseline(
        "blur", lambda image, truth: sharpen_by_wiener(image, truth.blur.parameters)
    ),
    "Richardson-Lucy, true kernel": Baseline(
        "blur", lambda image, truth: sharpen_by_richardson_lucy(image, truth.blur.parameters)
    ),
}
"""The first two are blind; deconvolution is told the true kernel, which no user knows."""
