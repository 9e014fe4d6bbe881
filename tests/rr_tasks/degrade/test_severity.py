from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.degrade import severity

SEVERITIES = st.floats(0.0, 100.0)
SIDES = st.integers(32, 8192)
Pair = tuple[Callable[[float], float], Callable[[float], float], float]

PAIRS: dict[str, Pair] = {
    "haze": (severity.haze_transmission, severity.haze_severity, -1.0),
    "blur": (
        lambda level: severity.blur_extent(level, 512),
        lambda extent: severity.blur_severity(extent, 512),
        1.0,
    ),
    "rain": (severity.rain_alpha, severity.rain_severity, 1.0),
    "noise": (
        severity.noise_deviation,
        lambda deviation: severity.noise_severity(deviation, 0.0),
        1.0,
    ),
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
    assert severity.blur_extent(level, 2 * side) == pytest.approx(
        2 * severity.blur_extent(level, side)
    )
    assert severity.blur_severity(severity.blur_extent(level, side), side) == pytest.approx(
        level, abs=1e-6
    )


@given(SEVERITIES, st.floats(0.0, 1.0))
def test_photon_noise_and_read_noise_count_alike(level: float, share: float) -> None:
    variance = severity.noise_deviation(level) ** 2
    sigma, gain = (share * variance) ** 0.5, (1 - share) * variance / severity.MID_GREY
    assert severity.noise_severity(sigma, gain) == pytest.approx(level, abs=1e-6)


def test_the_scale_is_the_documented_one() -> None:
    assert severity.haze_transmission(100) == pytest.approx(0.25)
    assert severity.blur_extent(10, 1000) == pytest.approx(5.8)
    assert severity.blur_extent(100, 1000) == pytest.approx(40.0)
    assert severity.rain_alpha(10) == pytest.approx(0.0063, abs=5e-5)
    assert severity.rain_alpha(100) == pytest.approx(0.20)
    assert severity.noise_deviation(10) == pytest.approx(0.015)


@pytest.mark.parametrize("beyond", [-1.0, 2.0])
def test_a_severity_stays_from_0_to_100(beyond: float) -> None:
    assert 0 <= severity.haze_severity(beyond) <= 100
    assert 0 <= severity.blur_severity(512 * beyond, 512) <= 100
    assert 0 <= severity.noise_severity(abs(beyond), 0.0) <= 100
