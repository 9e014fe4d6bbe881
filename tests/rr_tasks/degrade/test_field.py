"""Degradations as in the data sets of the field: in coded values, and drawn as their code draws."""

import numpy as np
import pytest

from rr_tasks.degrade.light import CONVENTIONS, MID_CODE
from rr_tasks.degrade.mixture import Combination, degrade
from schemas.prior.current import DEGRADATIONS, VISIBLE_SEVERITY
from schemas.ranges import AddedRainRecipe, NoiseRecipe, RainRecipe
from schemas.recipe import EDGE_DEFAULT, FIELD, JpegRecipe, LightRecipe, PartialRecipe, Range

RECIPE = FIELD.model_copy(update={"jpeg": JpegRecipe(probability=0.0)})
GREY = np.full((128, 160, 3), round(255 * MID_CODE), np.uint8)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("seed", range(4))
def test_haze_is_mixed_in_codes(photograph: np.ndarray, seed: int) -> None:
    hazy = degrade(photograph, {"haze": 50.0}, RECIPE, rng(seed))
    p = hazy.findings["haze"].parameters
    assert p.light == "coded"
    assert len(set(p.atmospheric_light)) == 1
    light = 255 * p.atmospheric_light[0]
    telling = (abs(photograph - light) > 20).all(2)
    share = ((hazy.image - light) / (photograph - light))[telling]
    # One transmission for all three channels, which only holds in the values that were mixed.
    assert share.std(1).max() < 0.05
    assert share.mean() == pytest.approx(p.transmission, abs=0.05)
    assert hazy.findings["haze"].severity == pytest.approx(50.0, abs=1.0)


def test_a_coded_haze_is_as_severe_as_it_looks_at_mid_grey() -> None:
    """A step around mid grey keeps the same contrast under both."""
    left, right = (
        degrade(
            np.add(GREY, step, dtype=np.int16, casting="unsafe").astype(np.uint8),
            {"haze": 40.0},
            recipe,
            rng(1),
            np.full(GREY.shape[:2], 0.5, np.float32),
        ).image.mean()
        for recipe in (RECIPE,)
        for step in (-8, 8)
    )
    found = degrade(GREY, {"haze": 40.0}, RECIPE, rng(1), np.full((128, 160), 0.5, np.float32))
    p = found.findings["haze"].parameters
    assert (right - left) / 16 == pytest.approx(p.transmission, abs=0.05)
    linear = CONVENTIONS["coded"].linear_transmission(p.transmission, p.atmospheric_light)
    assert linear == pytest.approx(1 - 0.75 * 0.4, abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_noise_does_not_depend_on_brightness(seed: int) -> None:
    made = {
        code: degrade(np.full((96, 96, 3), code, np.uint8), {"noise": 30.0}, RECIPE, rng(seed))
        for code in (90, 170)
    }
    deviations = [one.image.std() for one in made.values()]
    sigma = 255 * made[90].findings["noise"].parameters.sigma
    assert deviations == pytest.approx([sigma, sigma], rel=0.05)


def test_half_of_the_noise_has_a_sigma_of_the_field() -> None:
    sigmas = []
    for seed, level in enumerate(np.linspace(10, 100, 60)):
        found = degrade(GREY[:32, :32], {"noise": level}, RECIPE, rng(seed)).findings["noise"]
        sigmas.append(255 * found.parameters.sigma)
    fixed = [sigma for sigma in sigmas if round(sigma, 3) in (15.0, 25.0, 50.0)]
    assert 18 <= len(fixed) <= 42
    assert {round(sigma) for sigma in fixed} == {15, 25, 50}


def test_streaks_are_added_and_brighten_mid_grey_as_white_ones_would() -> None:
    recipe = RECIPE.model_copy(
        update={
            "rain": RainRecipe(
                opacity=Range(low=0.6, high=0.6), added=AddedRainRecipe(directions=(1, 1))
            )
        }
    )
    rainy = degrade(GREY, {"rain": 40.0}, recipe, rng(2))
    p = rainy.findings["rain"].parameters
    added = (rainy.image.astype(float) - GREY) / 255
    assert added.min() >= 0
    assert added.max() == pytest.approx(0.6 * (1 - MID_CODE), abs=0.02)
    assert added.mean() == pytest.approx(p.density * p.opacity * (1 - MID_CODE), rel=0.03)
    assert rainy.findings["rain"].severity == pytest.approx(40.0, abs=0.5)
    dark = degrade(GREY // 4, {"rain": 40.0}, recipe, rng(2))
    assert np.abs(dark.image.astype(float) - GREY // 4 - 255 * added).max() <= 1


def test_streaks_may_fall_in_several_directions() -> None:
    def energy(directions: tuple[int, int]) -> float:
        added = AddedRainRecipe(directions=directions, spread_deg=60.0)
        recipe = RECIPE.model_copy(
            update={"rain": RainRecipe(angle_deg=Range(low=90.0, high=90.0), added=added)}
        )
        grey = degrade(GREY, {"rain": 30.0}, recipe, rng(4)).image[..., 0].astype(float)
        return float((np.diff(grey, axis=0) ** 2).sum() / (np.diff(grey, axis=1) ** 2).sum())

    assert energy((1, 1)) < 0.5 * energy((4, 4))


@pytest.mark.parametrize(
    "combination", [(name,) for name in DEGRADATIONS] + [DEGRADATIONS], ids=str
)
def test_truth_is_in_codes_and_its_seed_decides(
    photograph: np.ndarray, combination: Combination
) -> None:
    severities = dict.fromkeys(combination, 45.0)
    one, again = (degrade(photograph, severities, FIELD, rng(6)) for _ in range(2))
    assert one.image.tobytes() == again.image.tobytes()
    assert one.findings == again.findings
    for name in combination:
        assert one.findings[name].severity > VISIBLE_SEVERITY
        assert one.findings[name].parameters.light == "coded"


def test_light_is_drawn_by_photograph_without_other_draws(photograph: np.ndarray) -> None:
    mixed = EDGE_DEFAULT.model_copy(update={"light": LightRecipe(coded=0.5)})
    lights = []
    for seed in range(24):
        found = degrade(photograph, {"noise": 50.0, "blur": 50.0}, mixed, rng(seed))
        linear = degrade(photograph, {"noise": 50.0, "blur": 50.0}, EDGE_DEFAULT, rng(seed))
        blur, noise = (found.findings[name].parameters for name in ("blur", "noise"))
        assert blur.light == noise.light
        assert blur.extent_px == linear.findings["blur"].parameters.extent_px
        assert found.findings["noise"].severity == pytest.approx(50.0)
        if blur.light == "linear":
            assert found.image.tobytes() == linear.image.tobytes()
        lights.append(blur.light)
    assert 5 <= lights.count("coded") <= 19


def test_a_partly_restored_photograph_is_blended_in_its_codes() -> None:
    partial = PartialRecipe(probability=1.0, share=Range(low=0.5, high=0.5))
    plain = RECIPE.model_copy(update={"noise": NoiseRecipe(read_share=Range(low=1.0, high=1.0))})
    recipe = plain.model_copy(update={"partial": partial})
    whole = degrade(GREY, {"noise": 40.0}, plain, rng(0))
    half = degrade(GREY, {"noise": 40.0}, recipe, rng(0))
    assert half.image.std() == pytest.approx(whole.image.std() / 2, rel=0.02)
    assert half.findings["noise"].severity == pytest.approx(20.0)
