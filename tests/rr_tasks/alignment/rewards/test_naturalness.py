from collections.abc import Mapping

import numpy as np

from rr_tasks.alignment.rewards.naturalness import naturalness
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.photographs.pixels import Bytes


def test_smooth_and_noisy_pixels_are_unnatural(attempts: Mapping[str, Bytes]) -> None:
    rng = np.random.default_rng(0)
    good = attempts["good"]
    noisy = (good + rng.normal(0, 40, good.shape)).clip(0, 255).astype(np.uint8)
    shown = [good, noisy, attempts["smoothed"], attempts["black"]]
    found = naturalness(Restorations([noisy] * 4, shown, [None] * 4))
    assert found[0] > found[2] > found[3] == -1.0
    assert found[1] == 0.0


def test_small_photographs_are_neither() -> None:
    small = np.zeros((64, 64, 3), np.uint8)
    assert naturalness(Restorations([small], [small], [None])) == [0.0]
