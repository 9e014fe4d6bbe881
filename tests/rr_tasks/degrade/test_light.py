import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.degrade.color import decode, encode
from rr_tasks.degrade.light import CONVENTIONS, MID_CODE, MID_GREY, convert
from schemas.base import Rgb
from schemas.prior.light import Light

CODED = CONVENTIONS["coded"]
SHARES = st.floats(0.0, 1.0)
COLOURS = st.tuples(SHARES, SHARES, SHARES)


def code(light: float) -> float:
    return float(encode(np.asarray(light)))


@pytest.mark.parametrize("light", CONVENTIONS)
def test_bytes_come_back(light: Light) -> None:
    ramp = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    convention = CONVENTIONS[light]
    values = convention.read(ramp)
    assert values.dtype == np.float32
    assert (convention.write(values) == ramp).all()
    beyond = np.array([[[-0.5, 1.5, 0.0]]], np.float32)
    assert convention.write(beyond).tolist() == [[[0, 255, 0]]]
    colour = np.array([0.2, 0.5, 0.9])
    assert convention.code_of(convention.of_code(colour)) == pytest.approx(colour)


def test_values_move_between_lights_as_bytes_do() -> None:
    ramp = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    for given_light in CONVENTIONS.values():
        for wanted in CONVENTIONS.values():
            moved = convert(given_light.read(ramp), given_light, wanted)
            assert moved.dtype == np.float32
            assert moved == pytest.approx(wanted.read(ramp), abs=1e-6)


@pytest.mark.parametrize("light", CONVENTIONS)
@given(share=SHARES, airlight=COLOURS)
def test_what_looks_alike_leads_back(light: Light, share: float, airlight: Rgb) -> None:
    convention = CONVENTIONS[light]
    there = convention.from_linear_transmission(share, airlight)
    assert convention.linear_transmission(there, airlight) == pytest.approx(share, abs=1e-9)
    assert convention.linear_opacity(convention.from_linear_opacity(share)) == pytest.approx(
        share, abs=1e-9
    )


@given(one=SHARES, other=SHARES, airlight=COLOURS)
def test_more_transmission_is_more_in_both(one: float, other: float, airlight: Rgb) -> None:
    low, high = sorted((one, other))
    if high - low < 1e-6:
        return
    assert CODED.linear_transmission(low, airlight) < CODED.linear_transmission(high, airlight)
    assert CODED.linear_opacity(low) < CODED.linear_opacity(high)


@pytest.mark.parametrize("transmission", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("airlight", [0.7, 0.85, 1.0])
def test_the_same_contrast_is_left_around_mid_grey(transmission: float, airlight: float) -> None:
    """Both hazes are laid over two greys that hardly differ."""
    alike = CODED.linear_transmission(transmission, (airlight,) * 3)
    low, high = MID_CODE - 1e-3, MID_CODE + 1e-3
    coded = transmission * (high - low)
    veil = (1 - alike) * float(decode(np.asarray(airlight)))
    linear = [code(alike * float(decode(np.asarray(grey))) + veil) for grey in (low, high)]
    assert linear[1] - linear[0] == pytest.approx(coded, rel=0.01)


@pytest.mark.parametrize("opacity", [0.1, 0.5, 0.9])
def test_white_streaks_brighten_mid_grey_as_much(opacity: float) -> None:
    alike = CODED.linear_opacity(opacity)
    linear = code(MID_GREY * (1 - alike) + alike)
    assert linear == pytest.approx(MID_CODE * (1 - opacity) + opacity)


def test_codes_shake_a_mid_grey_as_much_as_light() -> None:
    shaken = code(MID_GREY + 1e-4 * CODED.steepness)
    assert shaken - MID_CODE == pytest.approx(1e-4, rel=1e-3)
