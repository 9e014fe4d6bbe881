"""Guards fidelity: what a judge rewards may not be what a photographer would call better."""

from collections.abc import Callable, Sequence

import numpy as np

from rr_tasks.alignment.rewards.model import TOTAL, RewardModel
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.validation import Validation, restore_all
from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS
from rr_tasks.evaluation.images.metrics import psnr, ssim
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.training.guard import Measures, Verdict

MOST_LOST_DB = 0.05
MOST_LOST_SSIM = 0.002
REWARD = "reward"
"""Name of the mean reward among measures."""

UGLIER = 1.1
"""By how much an artefact may grow on average, beside `_UNSEEN`."""

Show = Callable[[int, Restorations], None]

_UNSEEN = 0.05  # levels, or distances of colour


class FidelityGuard:
    """Restores the same photographs again and again; see `rr_tasks.training.guard.Guard`.

    Weights are kept if no others with such fidelity got a higher reward. Learning ends when
    fidelity is lost twice in a row; the weights from before it fell are the result then, which may
    be those of the start.

    Args:
        restorer: uses the network that learns.
        photographs: to restore, none of which it learns from.
        rewards: what it learns by.
        show: is called with each step that is looked at, and the restorations.
    """

    def __init__(
        self,
        restorer: PhotographRestorer,
        photographs: Sequence[Validation],
        rewards: RewardModel,
        show: Show,
    ) -> None:
        self._restorer, self._photographs, self._rewards = restorer, photographs, rewards
        self._show = show

    def measure(self, step: int) -> Measures:
        """Return means over the photographs: PSNR, SSIM, artefacts and the reward."""
        restorations = restore_all(self._photographs, self._restorer)
        self._show(step, restorations)
        rewards = self._rewards.score(restorations)[TOTAL]
        return {**measure_fidelity(restorations), REWARD: _mean(rewards)}

    def judge(self, history: Sequence[Measures]) -> Verdict:
        """See `judge`."""
        return judge(history)


def judge(history: Sequence[Measures]) -> Verdict:
    """Compare the last measures with the first and the best; see `Guard.judge`."""
    faithful = [not find_losses(history[0], measures) for measures in history]
    if not faithful[-1]:
        return "go on" if faithful[-2] else "stop"
    best = max(measures[REWARD] for measures, kept in zip(history, faithful, strict=True) if kept)
    return "keep" if history[-1][REWARD] >= best else "go on"


def measure_fidelity(restorations: Restorations) -> dict[str, float]:
    """Return mean PSNR, SSIM, and the size of each artefact, over photographs with a clean one."""
    pairs = [
        (restored, clean)
        for restored, clean in zip(restorations.restored, restorations.clean, strict=True)
        if clean is not None
    ]
    measures = {"psnr": psnr, "ssim": ssim, **ARTEFACTS}
    return {name: _mean([measure(*pair) for pair in pairs]) for name, measure in measures.items()}


def find_losses(start: Measures, now: Measures) -> list[str]:
    """Name the measures of fidelity that are worse than at the start, by more than chance."""
    lost = {
        "psnr": now["psnr"] < start["psnr"] - MOST_LOST_DB,
        "ssim": now["ssim"] < start["ssim"] - MOST_LOST_SSIM,
        **{name: now[name] > UGLIER * start[name] + _UNSEEN for name in ARTEFACTS},
    }
    return [name for name, is_lost in lost.items() if is_lost]


def _mean(values: Sequence[float | None]) -> float:
    """Average what is known; 0 if nothing is."""
    known = [value for value in values if value is not None and not np.isnan(value)]
    return float(np.mean(known)) if known else 0.0
