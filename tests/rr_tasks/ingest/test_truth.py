from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from rr_tasks.degrade.mixture import Degraded, degrade
from rr_tasks.degrade.noise import noise_severity
from rr_tasks.ingest.truth import estimate_truth
from schemas.prior.current import DEGRADATIONS, DegradationName
from schemas.prior.light import Light
from schemas.prior.migrations import load_prior
from schemas.recipe import EDGE_DEFAULT, JpegRecipe, LightRecipe

MIXTURES = [mixture for count in (1, 2, 4) for mixture in combinations(DEGRADATIONS, count)]


@pytest.mark.parametrize("present", MIXTURES, ids="+".join)
def test_what_a_data_set_names_is_present_for_sure_and_measured(
    scene: np.ndarray, make: Callable[..., Degraded], present: tuple[DegradationName, ...]
) -> None:
    degraded = make(**dict.fromkeys(present, 40.0))
    prior = estimate_truth(scene, degraded.image, present, None, "a test")
    assert load_prior(prior.model_dump_json()) == prior
    assert set(prior.order) == set(present)
    for name in DEGRADATIONS:
        finding = getattr(prior, name)
        assert finding.present == (name in present)
        if name in present:
            assert finding.probability == 1.0
            assert finding.severity_std >= 0.05 * finding.severity
            assert abs(finding.severity - 40.0) < 2 * finding.severity_std
        else:
            assert (finding.probability, finding.severity_std) == (None, None)


def test_a_mixture_is_known_less_surely_than_its_parts(
    scene: np.ndarray, make: Callable[..., Degraded]
) -> None:
    alone = estimate_truth(scene, make(haze=40.0).image, ["haze"], None, "")
    mixed = estimate_truth(scene, make(haze=40.0, rain=40.0).image, ["haze", "rain"], None, "")
    assert (mixed.haze.severity_std or 0) > (alone.haze.severity_std or 0)


@pytest.mark.parametrize("severity", [20.0, 60.0])
def test_haze_is_not_mistaken_for_the_rain_before_it(
    scene: np.ndarray, make: Callable[..., Degraded], severity: float
) -> None:
    degraded = make(haze=severity, rain=50.0)
    prior = estimate_truth(scene, degraded.image, ["haze", "rain"], None, "")
    assert prior.haze.severity == pytest.approx(severity, abs=8)
    assert prior.rain.severity > 25


def test_noise_is_found_behind_rain(scene: np.ndarray, make: Callable[..., Degraded]) -> None:
    prior = estimate_truth(scene, make(rain=50.0, noise=30.0).image, ["rain", "noise"], None, "")
    assert prior.noise.severity == pytest.approx(30.0, rel=0.15)
    assert prior.rain.severity == pytest.approx(50.0, rel=0.4)


def test_nobody_claims_to_know_exactly(scene: np.ndarray, make: Callable[..., Degraded]) -> None:
    prior = estimate_truth(scene, make(noise=40.0).image, ["noise"], None, "pair of sidd")
    assert prior.provenance.source != "synthesis"
    assert prior.provenance.author == "pair of sidd"
    assert "moderate noise" in prior.reasoning


def test_the_middle_stands_for_a_large_photograph(
    scene: np.ndarray, make: Callable[..., Degraded], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rr_tasks.ingest.truth._MEASURED_SIDE", 200)
    degraded = make(blur=40.0)
    clean, image = scene.copy(), degraded.image.copy()
    clean[:80], image[:80] = 0, 255  # beyond the middle: never looked at
    prior = estimate_truth(clean, image, ["blur"], None, "")
    assert (prior.image.width, prior.image.height) == (512, 384)
    assert prior.blur.severity == pytest.approx(40.0, rel=0.25)


@pytest.mark.parametrize("light", ["linear", "coded"])
@pytest.mark.parametrize("severity", [25.0, 60.0])
def test_the_light_that_was_mixed_is_told_from_the_pair(
    scene: np.ndarray, light: Light, severity: float
) -> None:
    recipe = EDGE_DEFAULT.model_copy(
        update={
            "jpeg": JpegRecipe(probability=0.0),
            "light": LightRecipe(coded=float(light == "coded")),
        }
    )
    for name in ("haze", "blur", "noise"):
        made = degrade(scene, {name: severity}, recipe, np.random.default_rng(1))
        truth = made.findings[name]
        found = estimate_truth(scene, made.image, [name], None, "").findings[name]
        assert found.severity == pytest.approx(truth.severity, rel=0.1)
        assert found.parameters.light == light


def test_a_pair_tells_where_haze_is_thick(
    scene: np.ndarray, make: Callable[..., Degraded], monkeypatch: pytest.MonkeyPatch
) -> None:
    hazy = make(haze=60.0)
    found = estimate_truth(scene, hazy.image, ["haze"], None, "").haze.parameters
    assert found
    assert found.transmission_map
    there, truth = (
        np.array(one.transmission_map.rows) for one in (found, hazy.findings["haze"].parameters)
    )
    assert np.abs(there - truth).mean() < 0.03
    monkeypatch.setattr("rr_tasks.ingest.truth._MEASURED_SIDE", 200)
    middle = estimate_truth(scene, hazy.image, ["haze"], None, "").haze.parameters
    assert middle
    assert middle.transmission_map is None  # it would not be that of the whole photograph


@pytest.mark.parametrize("shape", [(40, 33), (100, 300), (250, 61)], ids=str)
def test_the_map_of_a_small_pair_agrees_with_its_mean(
    scene: np.ndarray, make: Callable[..., Degraded], shape: tuple[int, int]
) -> None:
    part = np.s_[: shape[0], : shape[1]]
    prior = estimate_truth(scene[part], make(haze=60.0).image[part], ["haze"], None, "")
    assert load_prior(prior.model_dump_json()) == prior
    assert prior.haze.parameters
    assert prior.haze.parameters.transmission_map


def test_a_pair_tells_the_noise_of_each_channel(
    scene: np.ndarray, make: Callable[..., Degraded]
) -> None:
    found = estimate_truth(scene, make(noise=40.0).image, ["noise"], None, "").noise.parameters
    assert found
    assert found.channels
    for sigma, gain in zip(found.channels.sigma, found.channels.gain, strict=True):
        assert noise_severity(sigma, gain, found.light) == pytest.approx(40.0, rel=0.25)
