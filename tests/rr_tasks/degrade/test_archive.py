from pathlib import Path

import cv2
import numpy as np

from rr_tasks.degrade.archive import export_archive
from rr_tasks.degrade.mixture import COMBINATIONS
from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.spec import open_dataset
from rr_tasks.shards.stream import read_samples
from schemas.base import Range
from schemas.recipe import DegradationRecipe


def test_every_degraded_photograph_is_exported_under_its_mixture(
    dataset: str, photographs: Path, tmp_path: Path
) -> None:
    assert export_archive(dataset, str(tmp_path / "archive")) == str(tmp_path / "archive")
    files = sorted(path.relative_to(tmp_path / "archive") for path in tmp_path.rglob("*.jpg"))
    assert len(files) == 48
    assert {path.stem for path in files} == {path.stem for path in photographs.iterdir()}
    assert {path.parent.name for path in files} <= {"clean", *map("+".join, COMBINATIONS)}
    assert not list(tmp_path.rglob("*.part"))


def test_an_exported_photograph_shows_the_degraded_pixels(dataset: str, tmp_path: Path) -> None:
    export_archive(dataset, str(tmp_path))
    first = next(read_samples(dataset, 0))
    saved = cv2.imread(str(sorted((tmp_path / "clean").iterdir())[0]), cv2.IMREAD_COLOR_RGB)
    difference = saved.astype(float) - decode_png(first["degraded.png"])
    assert np.abs(difference).mean() < 4


def test_files_that_are_there_are_left_alone(dataset: str, tmp_path: Path) -> None:
    export_archive(dataset, str(tmp_path))
    kept = sorted(tmp_path.rglob("*.jpg"))[0]
    kept.write_bytes(b"mine")
    sorted(tmp_path.rglob("*.jpg"))[1].unlink()
    export_archive(dataset, str(tmp_path))
    assert kept.read_bytes() == b"mine"
    assert len(list(tmp_path.rglob("*.jpg"))) == 48


def test_photographs_of_one_name_do_not_hide_each_other(photographs: Path, tmp_path: Path) -> None:
    for folder, source in zip(("2019", "2020"), photographs.iterdir(), strict=False):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / "IMG_1.png").write_bytes(source.read_bytes())
    recipe = DegradationRecipe(
        name="g", size=32, sampling="grid", severity=Range(low=30.0, high=90.0)
    )
    spec, urls = plan_synthesis(str(tmp_path / "in"), recipe, 0, None, 32)
    data = open_dataset(str(tmp_path / "data"), spec, urls)
    synthesize_shard(data, spec, str(tmp_path / "in"), 0)
    for _ in range(2):
        export_archive(data, str(tmp_path / "out"))
        assert len(list((tmp_path / "out").rglob("*.jpg"))) == 32
    assert len(list((tmp_path / "out" / "haze").iterdir())) == 2
