from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.degrade.color import to_linear
from rr_tasks.degrade.depth import scene_depth
from rr_tasks.degrade.kernels import gaussian_kernel
from rr_tasks.degrade.mixture import degrade
from schemas.prior.current import DEGRADATIONS, AnyFinding
from schemas.recipe import EDGE_DEFAULT, LightRecipe, PartialRecipe, Range
from tests.physics import add_blur, add_haze, add_noise, add_rain, dilute

Findings = tuple[AnyFinding, ...]
SIDE = 96
HALF = EDGE_DEFAULT.model_copy(
    update={"partial": PartialRecipe(probability=1.0, share=Range(low=0.5, high=0.5))}
)


def scene() -> np.ndarray:
    return np.random.default_rng(3).integers(60, 190, (SIDE, SIDE, 3)).astype(np.uint8)


def findings(severity: float) -> Findings:
    image, rng = to_linear(scene()), np.random.default_rng(5)
    depth, recipe = scene_depth(image, rng), EDGE_DEFAULT
    return (
        add_haze(image, depth, severity, recipe.haze, rng)[1],
        add_blur(image, severity, recipe.blur, rng)[1],
        add_rain(image, depth, severity, recipe.rain, rng)[1],
        add_noise(image, severity, recipe.noise, rng)[1],
    )


def left(found: Findings, share: float) -> Findings:
    return tuple(dilute(finding, share, SIDE) for finding in found)


@given(severity=st.floats(20, 95), low=st.floats(0.2, 0.9), step=st.floats(0.05, 0.1))
def test_what_is_left_grows_with_the_share_of_the_degraded_photograph(
    severity: float, low: float, step: float
) -> None:
    full = findings(severity)
    for less, more, whole in zip(left(full, low), left(full, low + step), full, strict=True):
        assert less.severity < more.severity < whole.severity


def test_the_whole_share_changes_nothing() -> None:
    full = findings(60.0)
    pairs: Any = zip(left(full, 1.0), full, strict=True)
    for part, whole in pairs:
        assert part.severity == pytest.approx(whole.severity)
        numbers, wanted = (
            [value for value in found.parameters.model_dump().values() if isinstance(value, float)]
            for found in (part, whole)
        )
        assert len(wanted) >= 2
        assert numbers == pytest.approx(wanted)


def test_what_vanishes_becomes_absent() -> None:
    assert not any(finding.present for finding in left(findings(20.0), 1e-4))


def test_half_a_blur_has_half_the_second_moment() -> None:
    full = gaussian_kernel(10.0, 0.0)
    half = full / 2
    half[full.shape[0] // 2, full.shape[1] // 2] += 0.5
    assert moment(half) == pytest.approx(moment(full) / 2)


def moment(kernel: np.ndarray) -> float:
    axis = np.arange(len(kernel)) - len(kernel) // 2
    return float((kernel.sum(0) * axis**2).sum())


@pytest.mark.parametrize("light", [LightRecipe(coded=0.0), LightRecipe(coded=1.0)])
def test_half_of_what_is_not_there_is_absent(light: LightRecipe) -> None:
    recipe = HALF.model_copy(update={"light": light})
    nothing: dict[str, float] = dict.fromkeys(DEGRADATIONS, 0.0)
    degraded = degrade(scene(), nothing, recipe, np.random.default_rng(2))
    assert not any(finding.present for finding in degraded.findings.values())


def test_half_noise_has_half_the_deviation() -> None:
    grey = np.full((SIDE, SIDE, 3), 124, np.uint8)  # 0.2 in linear light
    degraded = degrade(grey, {"noise": 30.0}, HALF, np.random.default_rng(0))
    deviation = (to_linear(degraded.image) - to_linear(grey)).std()
    assert degraded.findings["noise"].severity == pytest.approx(15.0)
    assert deviation == pytest.approx(0.15 * 0.15, rel=0.05)


def test_partly_restored_photographs_lie_between_the_clean_and_the_degraded() -> None:
    severities: dict[str, float] = dict.fromkeys(DEGRADATIONS, 50.0)
    whole = degrade(scene(), severities, EDGE_DEFAULT, np.random.default_rng(1)).image
    part = degrade(scene(), severities, HALF, np.random.default_rng(1)).image
    blend = cv2.addWeighted(to_linear(whole), 0.5, to_linear(scene()), 0.5, 0.0)
    assert np.abs(to_linear(part) - blend).mean() < 0.01
