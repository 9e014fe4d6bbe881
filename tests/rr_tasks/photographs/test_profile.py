from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import pyvips

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.profile import UnusableProfileError, read_profile
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.reasoner.diagnosis import diagnose
from rr_tasks.reasoner.load import load_reasoner
from schemas.prior.current import DEGRADATIONS
from schemas.reasoner import EdgeReasonerChoice
from tests.profiles import ADOBE, GREY, LINEAR, P3, PROPHOTO, Colours

SAMPLE = Path(__file__).parents[3] / "infra/samples/heldout/explore_monuments__lincolnMemorial.webp"
EVERY = pytest.mark.parametrize(
    "own", [P3, ADOBE, PROPHOTO, LINEAR, GREY], ids=lambda own: own.name
)
DEPTHS = pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
# What 8 bits of another gamma can tell apart; linear light has hardly any codes for the dark.
COARSE = {"P3": 6, "Adobe": 6, "ProPhoto": 12, "linear": 7, "grey": 3}


def picture(own: Colours) -> np.ndarray:
    """Muted colours, which all spaces hold, from dark to bright; or greys."""
    y, x = np.mgrid[0:40, 0:60]
    red = 40 + 3 * x
    planes = [red, red if own is GREY else 60 + 2 * x + y, red if own is GREY else 200 - 3 * y]
    return np.stack(planes, axis=-1).astype(np.uint8)


def tagged(make: Any, samples: np.ndarray, icc: bytes) -> pyvips.Image:
    image = make.vips(samples).copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc)
    return image


def off(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference in codes of 8 bits."""
    scale = [np.iinfo(one.dtype).max / 255 for one in (found, expected)]
    return float(np.abs(found / scale[0] - expected / scale[1]).max())


@EVERY
@DEPTHS
def test_the_same_visible_picture_gives_the_same_pixels(
    make: Any, own: Colours, dtype: type[np.unsignedinteger[Any]]
) -> None:
    looks = picture(own)
    data = tagged(make, own.of_srgb(looks, dtype), own.icc).pngsave_buffer()
    photograph = open_photograph(data).develop()
    assert photograph.pixels.dtype == dtype
    assert off(photograph.pixels, looks) <= (COARSE[own.name] if dtype == np.uint8 else 1.2)


@EVERY
@DEPTHS
def test_a_change_is_written_back_in_the_file_s_own_colours(
    make: Any, own: Colours, dtype: type[np.unsignedinteger[Any]]
) -> None:
    data = tagged(make, own.of_srgb(picture(own), dtype), own.icc).pngsave_buffer()
    photograph = open_photograph(data).develop()
    wanted = (photograph.pixels * 0.7).astype(dtype)
    wanted[:20] = photograph.pixels[:20]
    written = pyvips.Image.new_from_buffer(encode(photograph, wanted), "")
    assert written.get("icc-profile-data") == own.icc
    expected = own.of_srgb(wanted, dtype)
    assert off(written.numpy().reshape(expected.shape), expected) <= 3
    assert np.array_equal(written.numpy().reshape(expected.shape)[:20], photograph.colours[:20])


@DEPTHS
def test_colours_beyond_srgb_stay_where_nothing_was_restored(
    make: Any, dtype: type[np.unsignedinteger[Any]]
) -> None:
    green = np.zeros((4, 4, 3), dtype)
    green[..., 1] = np.iinfo(dtype).max
    photograph = open_photograph(tagged(make, green, PROPHOTO.icc).tiffsave_buffer()).develop()
    changed = photograph.pixels.copy()
    changed[0] = changed[0] // 2
    written = pyvips.Image.new_from_buffer(encode(photograph, changed), "").numpy()
    assert np.array_equal(written[1:], green[1:])
    assert (written[0, :, 1] < green[0, :, 1] * 0.8).all()


@pytest.mark.parametrize("kind", ["jpegsave_buffer", "webpsave_buffer", "pngsave_buffer"])
def test_a_profile_of_srgb_changes_no_byte(make: Any, kind: str) -> None:
    plain = make.vips(make.scene())
    looks = getattr(plain, kind)(keep="none")
    named = getattr(tagged(make, make.scene(), make.icc()), kind)()
    photograph = open_photograph(named).develop()
    assert photograph.profile is None
    assert photograph.note is None
    assert np.array_equal(photograph.pixels, open_photograph(looks).develop().pixels)
    assert read_profile(make.icc(), 1) is None  # of a grey photograph that names sRGB


@pytest.mark.parametrize(
    ("icc", "reason"),
    [
        (b"no profile at all" * 20, "damaged or allows no way back"),
        (P3.icc[:200], "damaged or allows no way back"),
        (P3.icc.replace(b"rTRC", b"xTRC"), "damaged or allows no way back"),
        (GREY.icc, "for grey, but it holds three colours"),
        (bytes(pyvips.Image.profile_load("cmyk")), "for four inks, but it holds three colours"),
    ],
)
def test_a_profile_that_says_nothing_is_ignored_with_a_note(
    make: Any, icc: bytes, reason: str
) -> None:
    with pytest.raises(UnusableProfileError, match=reason):
        read_profile(icc, 3)
    plain = make.jpeg(make.scene())
    photograph = open_photograph(make.insert_profile(plain, icc)).develop()
    assert np.array_equal(photograph.pixels, open_photograph(plain).develop().pixels)
    assert photograph.note
    assert reason in photograph.note
    assert photograph.note.endswith("its colours were taken for sRGB")


@EVERY
def test_data_sets_are_made_of_the_same_pixels_as_photographs_are_restored_from(
    make: Any, own: Colours, tmp_path: Any
) -> None:
    data = tagged(make, own.of_srgb(picture(own), np.uint8), own.icc).pngsave_buffer()
    (tmp_path / "a.png").write_bytes(data)
    assert np.array_equal(
        read_photograph(str(tmp_path / "a.png")), open_photograph(data).develop().pixels
    )


@pytest.mark.parametrize("own", [PROPHOTO, LINEAR], ids=lambda own: own.name)
def test_the_same_visible_picture_gets_the_same_diagnosis(make: Any, own: Colours) -> None:
    reasoner = load_reasoner(EdgeReasonerChoice())
    image = cv2.imread(str(SAMPLE), cv2.IMREAD_COLOR_RGB)[:400, :400]
    noise = np.random.default_rng(0).normal(0, 12, image.shape)
    looks = (image * 0.5 + 0.5 * 215 + noise).clip(0, 255).astype(np.uint8)  # hazy and noisy
    data = tagged(make, own.of_srgb(looks, np.uint16), own.icc).pngsave_buffer()
    expected = diagnose(reasoner, looks)
    found = diagnose(reasoner, open_photograph(data).develop().pixels)
    assert expected.haze.severity > 25
    assert expected.noise.severity > 15
    for name in DEGRADATIONS:
        severity = getattr(expected, name).severity
        assert getattr(found, name).severity == pytest.approx(severity, abs=1.0)
