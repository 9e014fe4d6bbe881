"""The pixels of the recipes that published figures and shipped weights rest on stay as they are.

Statistics are compared, because the last bit of a float differs between machines.
"""

import numpy as np
import pytest

from rr_tasks.degrade.mixture import Combination, degrade
from schemas.recipe import BENCHMARK, EDGE_DEFAULT, DegradationRecipe

# Mixture at severity 60 -> mean and standard deviation of the bytes, mean change from the clean
# ones, a physical parameter of the first type.
PINNED: dict[tuple[str, Combination], tuple[float, ...]] = {
    ("edge-default", ("haze",)): (181.179, 31.6215, 48.4782, 0.555242),
    ("edge-default", ("blur",)): (134.321, 71.3314, 0.298204, 2.3808),
    ("edge-default", ("rain",)): (145.962, 59.4078, 13.6817, 0.152242),
    ("edge-default", ("noise",)): (130.833, 77.3068, 21.5833, 0.0181216),
    ("edge-default", ("haze", "blur", "rain", "noise")): (191.501, 36.407, 62.9784, 0.554313),
    ("benchmark", ("haze",)): (181.179, 31.6215, 48.4782, 0.555242),
    ("benchmark", ("blur",)): (134.321, 71.3314, 0.298204, 2.3808),
    ("benchmark", ("rain",)): (145.962, 59.4078, 13.6817, 0.152242),
    ("benchmark", ("noise",)): (130.833, 77.3068, 21.5833, 0.0181216),
    ("benchmark", ("haze", "blur", "rain", "noise")): (191.501, 36.407, 62.9784, 0.554313),
}


def waves() -> np.ndarray:
    y, x = np.mgrid[0:96, 0:128] / 128
    light = np.stack(
        [np.sin(9 * x + 4 * y), np.sin(31 * x * y + 1), np.cos(17 * y - 6 * x)], axis=2
    )
    return np.rint(127.5 + 100 * light).astype(np.uint8)


def measured(recipe: DegradationRecipe, combination: Combination) -> tuple[float, ...]:
    clean = waves()
    rng = np.random.default_rng(len(combination))
    degraded = degrade(clean, dict.fromkeys(combination, 60.0), recipe, rng)
    first = degraded.findings[combination[0]].parameters.model_dump()
    pixels = degraded.image.astype(float)
    return (
        pixels.mean(),
        pixels.std(),
        np.abs(pixels - clean).mean(),
        next(value for value in first.values() if isinstance(value, float)),
    )


@pytest.mark.parametrize("case", PINNED, ids=str)
def test_the_pixels_are_those_of_the_published_recipe(case: tuple[str, Combination]) -> None:
    recipe = {"edge-default": EDGE_DEFAULT, "benchmark": BENCHMARK}[case[0]]
    assert measured(recipe, case[1]) == pytest.approx(PINNED[case], rel=2e-4)
