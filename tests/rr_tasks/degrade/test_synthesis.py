import errno
import os
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rr_tasks.degrade import synthesis
from rr_tasks.degrade.archive import export_archive
from rr_tasks.degrade.mixture import COMBINATIONS
from rr_tasks.degrade.synthesis import list_variants, plan_synthesis, synthesize_shard
from rr_tasks.photographs.listing import DamagedListingError, read_listing
from rr_tasks.shards.png import decode_png, encode_png
from rr_tasks.shards.reader import failed_inputs
from rr_tasks.shards.spec import open_dataset
from rr_tasks.shards.stream import read_samples
from rr_tasks.storage.names import to_text
from schemas.base import Range
from schemas.lookalike import LookalikeRecipe
from schemas.prior.current import DEGRADATIONS, VISIBLE_SEVERITY
from schemas.prior.migrations import load_prior
from schemas.recipe import EDGE_V2, REASONER_V1, DegradationRecipe, JpegRecipe
from schemas.shard import SynthesisSpec, folder_name, shard_count, spec_hash
from tests.rows import read_rows

SMALL = DegradationRecipe(
    name="small", size=32, clean_share=0.0, severity=Range(low=30.0, high=100.0)
)
SMALL_GRID = DegradationRecipe(
    name="small-grid", size=32, sampling="grid", jpeg=JpegRecipe(probability=0.0)
)


def make(folder: Path, photographs: Path, recipe: DegradationRecipe, **options: int | None) -> str:
    chosen: Any = {"seed": 1, "samples": None, "shard_size": 16, **options}
    spec, urls = plan_synthesis(str(photographs), recipe, **chosen)
    data = open_dataset(str(folder), spec, urls)
    for shard in range(shard_count(spec)):
        synthesize_shard(data, spec, str(photographs), shard)
    return data


def mixtures(data: str) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (row["source"], tuple(name for name in DEGRADATIONS if row[name]))
        for row in read_rows(data).iter_rows(named=True)
    ]


def test_a_grid_makes_16_variants_of_each_photograph(tmp_path: Path, photographs: Path) -> None:
    grid = SMALL_GRID.model_copy(update={"severity": Range(low=30.0, high=100.0)})
    made = mixtures(make(tmp_path, photographs, grid))
    names = sorted(path.name for path in photographs.iterdir())
    assert made == [(name, mixture) for name in names for mixture in ((), *COMBINATIONS)]
    assert len(made) == 16 * 3


def test_random_mixtures_are_balanced(tmp_path: Path, photographs: Path) -> None:
    made = mixtures(make(tmp_path, photographs, SMALL, samples=240, shard_size=60))
    assert Counter(mixture for _, mixture in made) == dict.fromkeys(COMBINATIONS, 16)
    sources = Counter(source for source, _ in made)
    assert set(sources.values()) == {80}


@pytest.mark.parametrize("samples", [2, 3, 7])
def test_each_photograph_has_its_turn_before_one_comes_again(
    tmp_path: Path, photographs: Path, samples: int
) -> None:
    made = mixtures(make(tmp_path, photographs, SMALL, samples=samples))
    assert len({source for source, _ in made}) == min(samples, 3)


def test_a_share_stays_clean(tmp_path: Path, photographs: Path) -> None:
    recipe = SMALL.model_copy(update={"clean_share": 0.5})
    made = mixtures(make(tmp_path, photographs, recipe, samples=60, shard_size=60))
    assert 18 <= sum(mixture == () for _, mixture in made) <= 42


def test_alternatives_of_a_recipe_take_turns(tmp_path: Path, photographs: Path) -> None:
    other = SMALL.model_copy(update={"name": "other", "size": 48})
    recipe = SMALL.model_copy(update={"name": "both", "alternatives": (SMALL, other)})
    samples = list(read_samples(make(tmp_path, photographs, recipe, samples=16), 0))
    priors = [load_prior(sample["prior.json"]) for sample in samples]
    assert [prior.image.width for prior in priors] == [32, 48] * 8
    assert [prior.provenance.author for prior in priors] == ["recipe small", "recipe other"] * 8


def test_the_truth_of_a_sample_is_that_of_its_pixels(dataset: str) -> None:
    rows = {row["key"]: row for row in read_rows(dataset).iter_rows(named=True)}
    samples = [sample for shard in (0, 1) for sample in read_samples(dataset, shard)]
    assert [sample["__key__"] for sample in samples] == sorted(rows)
    for sample in samples:
        truth = load_prior(sample["prior.json"])
        clean, degraded = decode_png(sample["clean.png"]), decode_png(sample["degraded.png"])
        assert clean.shape == degraded.shape == (truth.image.height, truth.image.width, 3)
        assert truth.provenance.source == "synthesis"
        assert np.array_equal(clean, degraded) == (not truth.order)
        row = rows[sample["__key__"]]
        for name in DEGRADATIONS:
            severity = getattr(truth, name).severity
            assert row[name] == severity
            assert severity == 0 or severity >= VISIBLE_SEVERITY


def test_what_nobody_can_see_counts_as_absent(tmp_path: Path, photographs: Path) -> None:
    faint = SMALL_GRID.model_copy(update={"severity": Range(low=2.0, high=9.0)})
    data = make(tmp_path, photographs, faint, samples=16)
    for sample in read_samples(data, 0):
        truth = load_prior(sample["prior.json"])
        assert truth.order == ()
        assert "Nothing needs to be undone" in truth.reasoning


@pytest.mark.parametrize("recipe", [SMALL, SMALL_GRID], ids=lambda recipe: recipe.name)
def test_the_same_spec_gives_the_same_bytes_in_any_order(
    tmp_path: Path, photographs: Path, recipe: DegradationRecipe
) -> None:
    one = Path(make(tmp_path / "one", photographs, recipe, samples=40))
    spec, urls = plan_synthesis(str(photographs), recipe, 1, 40, 16)
    other = Path(open_dataset(str(tmp_path / "other"), spec, urls))
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda shard: synthesize_shard(str(other), spec, str(photographs), shard), (2, 0, 1)
            )
        )
    assert one.name == other.name
    tars = sorted(path.name for path in one.glob("*.tar"))
    assert tars == ["00000.tar", "00001.tar", "00002.tar"]
    for name in (*tars, "spec.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_another_seed_gives_other_pixels_in_another_folder(
    tmp_path: Path, photographs: Path
) -> None:
    one = Path(make(tmp_path, photographs, SMALL, samples=4))
    other = Path(make(tmp_path, photographs, SMALL, samples=4, seed=2))
    assert one.name != other.name
    assert (one / "00000.tar").read_bytes() != (other / "00000.tar").read_bytes()


def test_a_changed_photograph_changes_the_folder(tmp_path: Path, photographs: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in photographs.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    spec, _ = plan_synthesis(str(photographs), SMALL, 1, None, 16)
    assert plan_synthesis(str(copy), SMALL, 1, None, 16)[0] == spec
    victim = next(copy.iterdir())
    victim.write_bytes(victim.read_bytes() + b"\0")
    assert plan_synthesis(str(copy), SMALL, 1, None, 16)[0] != spec


def test_a_broken_photograph_is_a_failed_row_and_stops_nothing(
    tmp_path: Path, photographs: Path
) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    (folder / "a-empty.jpg").write_bytes(b"")
    (folder / "b-letter.png").write_bytes(b"Dear photograph")
    cv2.imwrite(str(folder / "c-tiny.png"), np.zeros((8, 8, 3), np.uint8))
    (folder / "d-good.png").write_bytes(next(photographs.iterdir()).read_bytes())
    spec, urls = plan_synthesis(str(folder), SMALL_GRID, 1, None, 64)
    data = open_dataset(str(tmp_path / "shards"), spec, urls)
    marker = synthesize_shard(data, spec, str(folder), 0)
    assert (marker.samples, marker.failures) == (16, 48)
    assert sum(1 for _ in read_samples(data, 0)) == 16
    rows = read_rows(data)
    assert len(rows) == 64
    reasons = dict(rows.select("source", "error").unique().iter_rows())
    assert reasons == {
        "a-empty.jpg": "the file is empty",
        "b-letter.png": "the file is not an image of a known format",
        "c-tiny.png": "too small to learn from: 8 x 8 pixels",
        "d-good.png": None,
    }
    assert set(rows.filter(source="d-good.png")["status"]) == {"ok"}
    assert set(rows.filter(source="a-empty.jpg")["status"]) == {"failed"}


def test_a_data_set_without_its_listing_gets_it_back(tmp_path: Path, photographs: Path) -> None:
    """Earlier releases wrote none, and a run may be killed before it writes it."""
    spec, urls = plan_synthesis(str(photographs), SMALL, 1, 4, 2)
    data = open_dataset(str(tmp_path), spec, urls)
    synthesize_shard(data, spec, str(photographs), 0)
    Path(data, ".photographs.parquet").unlink()
    read_listing.cache_clear()
    with pytest.raises(DamagedListingError, match="run the same command again"):
        synthesize_shard(data, spec, str(photographs), 1)
    assert open_dataset(str(tmp_path), spec, urls) == data
    assert synthesize_shard(data, spec, str(photographs), 1).samples == 2


def test_a_name_that_is_no_text_stays_a_name(tmp_path: Path, photographs: Path) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    (folder / "a.png").write_bytes(next(photographs.iterdir()).read_bytes())
    os.rename(folder / "a.png", os.fsencode(folder) + b"/caf\xe9.png")  # noqa: PTH104
    rows = read_rows(make(tmp_path / "shards", folder, SMALL, samples=4))
    assert set(rows["source"]) == {to_text(os.fsdecode(b"caf\xe9.png"))}
    assert set(rows["status"]) == {"ok"}


def test_the_last_shard_holds_the_rest(tmp_path: Path, photographs: Path) -> None:
    data = make(tmp_path, photographs, SMALL, samples=20)
    assert [sum(1 for _ in read_samples(data, shard)) for shard in (0, 1)] == [16, 4]
    written = SynthesisSpec.model_validate_json(Path(data, "spec.json").read_bytes())
    assert (written.samples, shard_count(written)) == (20, 2)


def test_png_is_lossless(photograph: np.ndarray) -> None:
    assert np.array_equal(decode_png(encode_png(photograph)), photograph)


def test_photographs_of_one_name_are_told_apart(tmp_path: Path, photographs: Path) -> None:
    for folder in ("a", "b/c"):
        (tmp_path / "in" / folder).mkdir(parents=True)
    photo = sorted(photographs.iterdir())[0]
    shutil.copy(photo, tmp_path / "in" / "a" / "x.png")
    (tmp_path / "in" / "b" / "c" / "x.png").write_text("torn")
    data = make(tmp_path / "out", tmp_path / "in", SMALL_GRID)
    rows = read_rows(data)
    assert rows.filter(status="ok")["source"].unique().to_list() == ["a/x.png"]
    assert rows.filter(status="failed")["source"].unique().to_list() == ["b/c/x.png"]
    export_archive(data, str(tmp_path / "archive"))
    assert len(list((tmp_path / "archive").glob("*/a/x*.jpg"))) == len(list_variants(SMALL_GRID))


def test_a_recipe_may_name_its_types(tmp_path: Path, photographs: Path) -> None:
    grid = SMALL_GRID.model_copy(
        update={"types": ("haze", "noise"), "severity": Range(low=30.0, high=100.0)}
    )
    data = make(tmp_path, photographs, grid)
    made = [mixture for _, mixture in mixtures(data)]
    assert made == 3 * [(), ("haze",), ("noise",), ("haze", "noise")]
    for sample in read_samples(data, 0, "prior.json"):
        for finding in load_prior(sample["prior.json"]).findings.values():
            assert (finding.probability, finding.severity_std) == (float(finding.present), 0.0)


def test_alternatives_may_have_types_of_their_own(tmp_path: Path, photographs: Path) -> None:
    hazy, rainy = (SMALL.model_copy(update={"types": (name,)}) for name in ("haze", "rain"))
    recipe = SMALL.model_copy(update={"alternatives": (hazy, rainy)})
    made = mixtures(make(tmp_path, photographs, recipe, samples=6))
    assert [mixture for _, mixture in made] == 3 * [("haze",), ("rain",)]
    assert list_variants(recipe) == ((), ("haze",), ("rain",), ("haze", "rain"))


def test_pixels_of_another_decoder_go_to_another_folder(
    photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, _ = plan_synthesis(str(photographs), EDGE_V2, 0, 4, 4)
    monkeypatch.setattr(synthesis, "DECODER_VERSION", synthesis.DECODER_VERSION + 1)
    later, _ = plan_synthesis(str(photographs), EDGE_V2, 0, 4, 4)
    assert folder_name(now) != folder_name(later)


def test_recipes_without_types_keep_their_hash() -> None:
    spec = SynthesisSpec(
        recipe=EDGE_V2, seed=1, samples=2, shard_size=3, inputs_sha256="0" * 64, schema_version=2
    )
    assert spec_hash(spec) == "987216d10365efd1"
    assert spec_hash(spec.model_copy(update={"recipe": REASONER_V1})) == "d0883cd748dc8053"


def test_what_happens_to_a_file_after_the_plan_is_in_its_rows(
    tmp_path: Path, photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = shutil.copytree(photographs, tmp_path / "mine")
    gone, changed, denied = sorted(mine.iterdir())
    spec, urls = plan_synthesis(str(mine), SMALL_GRID, 0, None, 48)
    data = open_dataset(str(tmp_path / "data"), spec, urls)
    gone.unlink()
    changed.write_bytes(b"")
    read = Path.read_bytes

    def read_unless_denied(path: Path) -> bytes:
        if path == denied:
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_unless_denied)
    assert synthesize_shard(data, spec, str(mine), 0).failures == 48
    assert dict(failed_inputs(data).rows()) == {
        gone.name: "the file is gone, or is a link that leads nowhere",
        changed.name: "the file is empty",
        denied.name: "Permission denied; check who may read and write there",
    }


def test_lookalikes_are_clean_and_change_no_other_sample(tmp_path: Path, photographs: Path) -> None:
    plain = SMALL.model_copy(update={"clean_share": 0.5, "jpeg": JpegRecipe(probability=0.0)})
    meant = plain.model_copy(update={"lookalikes": LookalikeRecipe(probability=1.0)})
    before, after = (
        list(read_samples(make(tmp_path, photographs, recipe, samples=32, shard_size=32), 0))
        for recipe in (plain, meant)
    )
    changed = 0
    for one, other in zip(before, after, strict=True):
        if load_prior(one["prior.json"]).present():
            assert other["degraded.png"] == one["degraded.png"]
            continue
        assert not load_prior(other["prior.json"]).present()
        assert other["clean.png"] == other["degraded.png"]
        changed += other["clean.png"] != one["clean.png"]
    assert changed > 5
