from pathlib import Path

import cv2
import numpy as np
import pytest

from rr_tasks.degrade.depth_file import cut_depth, list_depths, read_depth
from rr_tasks.degrade.square import Square
from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.listing import list_photographs
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.spec import open_dataset
from rr_tasks.shards.stream import read_samples
from schemas.recipe import DegradationRecipe, DepthRecipe, JpegRecipe

RAMP = np.tile(np.linspace(0, 60000, 48), (64, 1))
RECIPE = DegradationRecipe(
    name="measured",
    size=48,
    sampling="grid",
    jpeg=JpegRecipe(probability=0.0),
    depth=DepthRecipe(files=True),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A grey photograph with its depth beside it."""
    found = tmp_path / "photographs"
    found.mkdir()
    cv2.imwrite(str(found / "photo.png"), np.full((64, 48, 3), 60, np.uint8))
    cv2.imwrite(str(found / "photo.depth.png"), RAMP.astype(np.uint16))
    return found


def test_a_file_of_depth_is_no_photograph(folder: Path) -> None:
    assert [Path(url).name for url in list_photographs(str(folder))] == ["photo.png"]
    assert [Path(url).name for url in list_depths(str(folder))] == ["photo.depth.png"]


def test_depth_is_read_from_an_image_or_an_array(folder: Path) -> None:
    depth = read_depth(str(folder / "photo.png"))
    assert depth is not None
    assert np.array_equal(depth, RAMP.astype(np.uint16))
    np.save(folder / "other.depth.npy", RAMP)
    assert np.array_equal(read_depth(str(folder / "other.jpg")), RAMP.astype(np.float32))
    assert read_depth(str(folder / "none.jpg")) is None


@pytest.mark.parametrize("content", [b"", b"far away"])
@pytest.mark.parametrize("suffix", ["png", "npy"])
def test_a_damaged_file_says_so(tmp_path: Path, suffix: str, content: bytes) -> None:
    (tmp_path / f"photo.depth.{suffix}").write_bytes(content)
    with pytest.raises(UnusablePhotographError, match=rf"its \.depth\.{suffix} is not a readable"):
        read_depth(str(tmp_path / "photo.jpg"))


def test_what_is_cut_is_the_same_place() -> None:
    ramp = np.add.outer(np.zeros(50), np.arange(100.0)).astype(np.float32)
    cut = cut_depth(ramp, (100, 200), Square(top=0, left=100, side=80, size=40))
    assert cut.shape == (40, 40)
    assert (cut.min(), cut.max()) == (0.0, pytest.approx(1.0))
    assert (np.diff(cut[0]) > 0).all()


def test_haze_thickens_with_measured_depth(folder: Path, tmp_path: Path) -> None:
    spec, urls = plan_synthesis(str(folder), RECIPE, 0, 16, 16)
    data = open_dataset(str(tmp_path / "data"), spec, urls)
    synthesize_shard(data, spec, str(folder), 0)
    sample = list(read_samples(data, 0))[1]  # the first of a grid is clean, the second has haze
    columns = decode_png(sample["degraded.png"]).astype(int).sum((0, 2))
    assert (np.diff(columns) >= 0).all()
    assert columns[-1] > columns[0]


def test_other_depth_is_another_data_set(folder: Path) -> None:
    before = plan_synthesis(str(folder), RECIPE, 0, 16, 16)[0]
    plain = RECIPE.model_copy(update={"depth": None})
    unaware = plan_synthesis(str(folder), plain, 0, 16, 16)[0]
    cv2.imwrite(str(folder / "photo.depth.png"), RAMP[:, ::-1].astype(np.uint16))
    assert plan_synthesis(str(folder), RECIPE, 0, 16, 16)[0] != before
    assert plan_synthesis(str(folder), plain, 0, 16, 16)[0] == unaware


def test_a_replaced_file_is_read_again(folder: Path) -> None:
    read_depth(str(folder / "photo.png"))
    cv2.imwrite(str(folder / "new.png"), RAMP.T.astype(np.uint16))
    (folder / "new.png").replace(folder / "photo.depth.png")
    depth = read_depth(str(folder / "photo.png"))
    assert depth is not None
    assert np.array_equal(depth, RAMP.T.astype(np.uint16))
