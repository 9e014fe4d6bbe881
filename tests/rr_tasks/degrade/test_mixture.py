import numpy as np
import pytest

from rr_tasks.degrade.mixture import COMBINATIONS, Combination, degrade, draw_severities
from rr_tasks.evaluation.images.metrics import psnr
from schemas.base import Range
from schemas.prior.current import DEGRADATIONS, DegradationName
from schemas.ranges import RainRecipe
from schemas.recipe import EDGE_V2, DegradationRecipe, JpegRecipe

# One brightness of rain: how it is drawn depends on the number of drops.
RECIPE = DegradationRecipe(
    name="test",
    jpeg=JpegRecipe(probability=0.0),
    rain=RainRecipe(light=Range(low=0.85, high=0.85)),
)
ALWAYS_JPEG = DegradationRecipe(name="test", jpeg=JpegRecipe(probability=1.0))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_there_are_15_combinations() -> None:
    assert len(COMBINATIONS) == len({frozenset(names) for names in COMBINATIONS}) == 15
    assert all(names for names in COMBINATIONS)
    assert COMBINATIONS[:4] == tuple((name,) for name in DEGRADATIONS)


@pytest.mark.parametrize("recipe", [RECIPE, EDGE_V2], ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("combination", COMBINATIONS, ids="+".join)
def test_a_combination_has_what_it_says_and_its_seed_decides(
    photograph: np.ndarray, combination: Combination, recipe: DegradationRecipe
) -> None:
    severities = draw_severities(combination, recipe, rng(1))
    assert set(severities) == set(combination)
    one = degrade(photograph, severities, recipe, rng(2))
    again = degrade(photograph, severities, recipe, rng(2))
    other = degrade(photograph, severities, recipe, rng(3))
    assert one.image.tobytes() == again.image.tobytes()
    assert one.image.tobytes() != other.image.tobytes()
    assert one.image.shape == photograph.shape
    assert one.image.dtype == np.uint8
    for name in DEGRADATIONS:
        finding = one.findings[name]
        assert finding.present == (name in combination)
        assert finding.severity == pytest.approx(severities.get(name, 0.0), rel=0.05)


@pytest.mark.parametrize("name", DEGRADATIONS)
@pytest.mark.parametrize("seed", range(3))
def test_more_severity_is_further_from_the_clean_photograph(
    photograph: np.ndarray, name: DegradationName, seed: int
) -> None:
    values = [
        psnr(degrade(photograph, {name: level}, RECIPE, rng(seed)).image, photograph)
        for level in (10.0, 30.0, 60.0, 100.0)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1] + 5


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_one_type_does_not_change_the_draw_of_another(
    photograph: np.ndarray, name: DegradationName
) -> None:
    severities: dict[str, float] = dict.fromkeys(DEGRADATIONS, 50.0)
    alone = degrade(photograph, {name: 50.0}, RECIPE, rng(4))
    together = degrade(photograph, severities, RECIPE, rng(4))
    assert alone.findings[name] == together.findings[name]


def test_a_clean_photograph_keeps_its_bytes(photograph: np.ndarray) -> None:
    clean = degrade(photograph, {}, RECIPE, rng())
    assert clean.image.tobytes() == photograph.tobytes()
    assert not any(clean.findings[name].present for name in DEGRADATIONS)


def test_jpeg_comes_last_and_is_no_degradation(photograph: np.ndarray) -> None:
    saved = degrade(photograph, {}, ALWAYS_JPEG, rng())
    assert not np.array_equal(saved.image, photograph)
    assert psnr(saved.image, photograph) > 25
    assert not any(saved.findings[name].present for name in DEGRADATIONS)
    again = degrade(photograph, {}, ALWAYS_JPEG, rng())
    assert np.array_equal(saved.image, again.image)


def test_severities_are_drawn_from_the_recipe() -> None:
    drawn = [draw_severities(("haze", "rain"), RECIPE, rng(seed)) for seed in range(50)]
    values = np.array([[one["haze"], one["rain"]] for one in drawn])
    assert values.min() >= 10
    assert values.max() <= 100
    assert np.ptp(values, axis=0).min() > 60
    assert abs(np.corrcoef(values.T)[0, 1]) < 0.4


def test_a_type_may_have_a_range_of_its_own() -> None:
    recipe = RECIPE.model_copy(update={"rain": RainRecipe(severity=Range(low=70.0, high=80.0))})
    drawn = [draw_severities(("haze", "rain"), recipe, rng(seed)) for seed in range(30)]
    assert all(70 <= one["rain"] <= 80 for one in drawn)
    assert np.ptp([one["haze"] for one in drawn]) > 40
