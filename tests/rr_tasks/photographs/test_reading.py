from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import pyvips

from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.reading import read_photograph, read_pixels
from tests.rr_tasks.confinement import works

SAMPLES = Path(__file__).parents[3] / "infra" / "samples"


def written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("content", [b"", b"a letter, not a photograph", b"\xff\xd8\xff\xe0"])
def test_a_file_that_is_no_photograph_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnusablePhotographError, match=r"is not an image|is empty|is truncated"):
        read_photograph(written(tmp_path / "broken.jpg", content))


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*/*.webp"))[::3], ids=lambda path: path.stem)
def test_the_samples_keep_the_bytes_that_published_figures_rest_on(path: Path) -> None:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    assert np.array_equal(read_photograph(str(path)), image)
    for kind in (".jpg", ".png", ".bmp"):
        _, packed = cv2.imencode(kind, cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        there = cv2.imdecode(packed, cv2.IMREAD_COLOR_RGB)
        assert np.array_equal(open_photograph(packed.tobytes()).develop().pixels, there)


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_kind_becomes_three_channels_of_bytes(
    make: Any, tmp_path: Path, bands: int, dtype: type[np.unsignedinteger[Any]]
) -> None:
    data = make.vips(make.scene(bands=bands, dtype=dtype)).pngsave_buffer()
    url = written(tmp_path / "a.png", data)
    photograph, restored_from = read_photograph(url), open_photograph(data).develop().pixels
    assert photograph.shape == (32, 48, 3)
    assert photograph.dtype == np.uint8
    assert restored_from.dtype == read_pixels(url).dtype == dtype
    assert np.array_equal(photograph, restored_from >> (8 if dtype == np.uint16 else 0))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_displayed_upright(
    make: Any, tmp_path: Path, orientation: int
) -> None:
    data = make.jpeg(make.scene(), orientation=orientation)
    upright = pyvips.Image.new_from_buffer(data, "").autorot().numpy()
    assert np.array_equal(read_photograph(written(tmp_path / "a.jpg", data)), upright)


def test_print_colours_are_read_as_they_look(make: Any, tmp_path: Path) -> None:
    inks = make.vips(make.scene()).icc_transform("cmyk", input_profile="srgb")
    seen = read_photograph(written(tmp_path / "a.jpg", inks.jpegsave_buffer(Q=95)))
    assert np.abs(seen.astype(int) - make.scene()).mean() < 10  # print has fewer colours


def test_a_replaced_file_is_read_again(make: Any, tmp_path: Path) -> None:
    first, second = make.scene(), make.scene()[::-1].copy()
    for samples in (first, second):
        url = written(tmp_path / "new.png", make.png(samples))
        (tmp_path / "new.png").replace(tmp_path / "a.png")
        assert np.array_equal(read_photograph(str(tmp_path / "a.png")), samples)
        assert read_photograph(str(tmp_path / "a.png")) is read_photograph(str(tmp_path / "a.png"))
        assert url.endswith("new.png")


def test_kept_pixels_cannot_be_changed(make: Any, tmp_path: Path) -> None:
    photograph = read_photograph(written(tmp_path / "a.png", make.png(make.scene())))
    with pytest.raises(ValueError, match="read-only"):
        photograph[0] = 0


def test_what_takes_too_much_is_refused_with_the_limit(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = written(tmp_path / "a.png", make.png(make.scene()))
    monkeypatch.setattr("rr_tasks.photographs.reading.available_memory", lambda: 2 * 2**10)
    with pytest.raises(UnusablePhotographError, match=r"the limit (is|of) 0 MiB \(max_memory\)"):
        read_photograph(url)


def test_a_decoder_that_crashes_takes_nobody_with_it(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashing = written(tmp_path / "a.png", make.png(make.scene()))
    fine = written(tmp_path / "b.png", make.png(make.scene()))
    with monkeypatch.context() as broken:
        broken.setattr("rr_tasks.photographs.reading.show_in_steps", works.crash_on)
        with pytest.raises(UnusablePhotographError, match="crashed on it"):
            read_photograph(crashing)
    assert np.array_equal(read_photograph(fine), make.scene())
