from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.degrade.blur import blur_extent, blur_severity
from rr_tasks.degrade.catalogue import CATALOGUE
from rr_tasks.degrade.haze import haze_severity, haze_transmission
from rr_tasks.degrade.light import CONVENTIONS, MID_GREY
from rr_tasks.degrade.noise import noise_deviation, noise_severity
from rr_tasks.degrade.rain import rain_alpha, rain_severity
from schemas.prior.current import (
    VISIBLE_SEVERITY,
    BlurParameters,
    DiagnosticPrior,
    HazeParameters,
    NoiseParameters,
    RainParameters,
)
from schemas.prior.light import Light

SEVERITIES = st.floats(0.0, 100.0)
SIDES = st.integers(32, 8192)
Pair = tuple[Callable[[float], float], Callable[[float], float], float]

PAIRS: dict[str, Pair] = {
    "haze": (haze_transmission, haze_severity, -1.0),
    "blur": (
        lambda level: blur_extent(level, 512),
        lambda extent: blur_severity(extent, 512),
        1.0,
    ),
    "rain": (rain_alpha, rain_severity, 1.0),
    "noise": (
        noise_deviation,
        lambda deviation: noise_severity(deviation, 0.0),
        1.0,
    ),
}


PARAMETERS = {
    "haze": HazeParameters(atmospheric_light=(0.8, 0.8, 0.9), transmission=0.6, beta=1.0),
    "blur": BlurParameters(kind="motion", extent_px=7.0, angle_deg=30.0),
    "rain": RainParameters(density=0.03, length_px=30.0, angle_deg=100.0, opacity=0.6),
    "noise": NoiseParameters(sigma=0.02, gain=0.03),
}


MEASURES: dict[str, Callable[[Any], float]] = {
    "haze": lambda haze: -haze.transmission,
    "blur": lambda blur: blur.extent_px,
    "rain": lambda rain: rain.density * rain.opacity,
    "noise": lambda noise: noise.sigma,
}


@pytest.mark.parametrize("name", PAIRS)
@given(level=SEVERITIES)
def test_the_physical_measure_leads_back_to_the_severity(name: str, level: float) -> None:
    forth, back, _ = PAIRS[name]
    assert back(forth(level)) == pytest.approx(level, abs=1e-6)


@pytest.mark.parametrize("name", PAIRS)
@given(one=SEVERITIES, other=SEVERITIES)
def test_more_severity_is_more_of_the_measure(name: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    if high - low < 1e-3:
        return
    forth, back, direction = PAIRS[name]
    assert direction * forth(low) < direction * forth(high)
    assert back(forth(low)) < back(forth(high))


@given(SEVERITIES, SIDES)
def test_a_blur_scales_with_the_photograph(level: float, side: int) -> None:
    assert blur_extent(level, 2 * side) == pytest.approx(2 * blur_extent(level, side))
    assert blur_severity(blur_extent(level, side), side) == pytest.approx(level, abs=1e-6)


@given(SEVERITIES, st.floats(0.0, 1.0))
def test_photon_noise_and_read_noise_count_alike(level: float, share: float) -> None:
    variance = noise_deviation(level) ** 2
    sigma, gain = (share * variance) ** 0.5, (1 - share) * variance / MID_GREY
    assert noise_severity(sigma, gain) == pytest.approx(level, abs=1e-6)


def test_the_scale_is_the_documented_one() -> None:
    assert haze_transmission(100) == pytest.approx(0.25)
    assert blur_extent(10, 1000) == pytest.approx(5.8)
    assert blur_extent(100, 1000) == pytest.approx(40.0)
    assert rain_alpha(10) == pytest.approx(0.0063, abs=5e-5)
    assert rain_alpha(100) == pytest.approx(0.20)
    assert noise_deviation(10) == pytest.approx(0.015)


@pytest.mark.parametrize("beyond", [-1.0, 2.0])
def test_a_severity_stays_from_0_to_100(beyond: float) -> None:
    assert 0 <= haze_severity(beyond) <= 100
    assert 0 <= blur_severity(512 * beyond, 512) <= 100
    assert 0 <= noise_severity(abs(beyond), 0.0) <= 100


@pytest.mark.parametrize("light", CONVENTIONS)
@pytest.mark.parametrize("name", CATALOGUE)
@given(level=st.floats(1.0, 100.0), other=st.floats(1.0, 100.0))
def test_parameters_take_any_severity(name: str, light: Light, level: float, other: float) -> None:
    physics = CATALOGUE[name]
    parameters = PARAMETERS[name].model_copy(update={"light": light})
    made = physics.at_severity(parameters, level, 512)
    assert made.light == light
    assert physics.severity(made, 512) == pytest.approx(level, abs=1e-6)
    again = physics.at_severity(physics.at_severity(parameters, other, 512), level, 512)
    assert physics.severity(again, 512) == pytest.approx(level, abs=1e-6)


@pytest.mark.parametrize("light", CONVENTIONS)
@pytest.mark.parametrize("name", CATALOGUE)
@given(one=st.floats(1.0, 100.0), other=st.floats(1.0, 100.0))
def test_severity_is_strictly_monotone_in_both_lights(
    name: str, light: Light, one: float, other: float
) -> None:
    physics, (low, high) = CATALOGUE[name], sorted((one, other))
    if high - low < 1e-3:
        return
    base = PARAMETERS[name].model_copy(update={"light": light})
    less, more = (physics.at_severity(base, level, 512) for level in (low, high))
    assert physics.severity(less, 512) < physics.severity(more, 512)
    assert MEASURES[name](less) < MEASURES[name](more)


@given(st.from_type(DiagnosticPrior))
def test_an_estimate_is_made_consistent_by_its_severity(prior: DiagnosticPrior) -> None:
    for name, finding in prior.findings.items():
        made = CATALOGUE[name].make_consistent(finding, 480)
        if finding.present:
            assert made.severity == max(finding.severity, VISIBLE_SEVERITY)
            severity = CATALOGUE[name].severity(made.parameters, 480)
            assert severity == pytest.approx(made.severity, abs=1e-6)
        else:
            assert made == finding


@pytest.mark.parametrize("name", CATALOGUE)
def test_too_little_to_count_is_absent(name: str) -> None:
    physics = CATALOGUE[name]
    faint = physics.at_severity(PARAMETERS[name], 0.5, 512)
    assert physics.find(faint, 512) == physics.finding.absent()
