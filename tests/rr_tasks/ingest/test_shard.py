from pathlib import Path

import cv2
import numpy as np
import pytest

from rr_tasks.ingest.shard import UnclearLayoutError, ingest_shard, plan_ingest
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.spec import open_dataset, read_spec
from rr_tasks.shards.stream import read_samples
from rr_tasks.storage.files import join, name_of, read_bytes
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS
from schemas.prior.migrations import load_prior
from schemas.shard import LayoutName, shard_count
from tests.pairs import PLACES, degraded_like, lay_out, write
from tests.rows import read_rows
from tests.s3 import S3

OWN = {"clean": "sharp", "degraded": "foggy", "present": ("haze", "noise")}


def ingest(folder: str, layout: LayoutName, output: str, shard_size: int = 4) -> str:
    options = OWN if layout == "pairs" else {}
    spec, photographs = plan_ingest(folder, layout, shard_size, **options)  # type: ignore[arg-type]
    made = open_dataset(output, spec, photographs)
    for shard in range(shard_count(spec)):
        ingest_shard(made, spec, folder, shard)
    return made


@pytest.mark.parametrize("layout", PLACES)
def test_every_layout_becomes_shards_like_those_of_synthesis(
    layout: LayoutName, photographs: Path, tmp_path: Path
) -> None:
    source = str(tmp_path / "pairs")
    lay_out(source, layout, photographs)
    made = ingest(source, layout, str(tmp_path))
    assert name_of(made).startswith(f"{layout}-")
    rows = {row["key"]: row for row in read_rows(made).iter_rows(named=True)}
    known = {
        degraded.format(n=number): set(names)
        for degraded, _, names in PLACES[layout]
        for number in range(3)
    }
    assert {row["source"] for row in rows.values()} == set(known)
    samples = [
        sample
        for shard in range(shard_count(read_spec(made)))  # type: ignore[arg-type]
        for sample in read_samples(made, shard)
    ]
    good = [row for row in rows.values() if row["status"] == "ok"]
    assert [sample["__key__"] for sample in samples] == [row["key"] for row in good]
    for sample, row in zip(samples, good, strict=True):
        prior = load_prior(sample["prior.json"])
        assert set(prior.order) == known[row["source"]]
        clean, degraded = decode_png(sample["clean.png"]), decode_png(sample["degraded.png"])
        assert clean.shape == degraded.shape == (prior.image.height, prior.image.width, 3)
        source_image = cv2.imread(str(Path(source, row["source"])), cv2.IMREAD_COLOR_RGB)
        assert np.array_equal(degraded, source_image)
        for name in DEGRADATIONS:
            assert row[name] == getattr(prior, name).severity
            assert (row[name] > 0) == (name in prior.order)
    skipped = {row["source"]: row["error"] for row in rows.values() if row["status"] == "failed"}
    assert skipped == (
        {
            f"train/low/0{number}.png": "skipped: the diagnostic prior does not know low"
            for number in range(3)
        }
        if layout == "cdd11"
        else {}
    )


def test_the_airlight_of_a_file_name_is_believed(photographs: Path, tmp_path: Path) -> None:
    lay_out(str(tmp_path / "pairs"), "reside", photographs)
    made = ingest(str(tmp_path / "pairs"), "reside", str(tmp_path), shard_size=10)
    lights = []
    for sample in read_samples(made, 0):
        haze = load_prior(sample["prior.json"]).haze.parameters
        assert haze
        lights.append(haze.atmospheric_light)
    indoor, outdoor = lights[:3], lights[3:]
    assert all(light == pytest.approx((0.8,) * 3) for light in outdoor)
    assert not any(light == pytest.approx((0.8,) * 3) for light in indoor)


def test_what_cannot_be_used_is_a_row_with_its_reason(tmp_path: Path, scene: np.ndarray) -> None:
    folder = tmp_path / "pairs"
    hazy, clean = degraded_like(scene, ["haze"]), scene
    pairs = {
        "1_good": (hazy, clean),
        "2_border": (hazy[10:-10, 10:-10], clean),
        "3_size": (hazy[5:], clean),
        "4_same": (clean, clean),
        "5_tiny": (hazy[:20, :20], clean[:20, :20]),
    }
    for name, (degraded, partner) in pairs.items():
        write(str(folder / f"hazy/{name.partition('_')[0]}_1.png"), degraded)
        write(str(folder / f"clear/{name.partition('_')[0]}.png"), partner)
    write(str(folder / "hazy/6_1.png"), hazy)
    write(str(folder / "clear/7.png"), clean)
    write(str(folder / "hazy/8_1.png"), hazy)
    (folder / "clear/8.png").write_bytes(b"Dear photograph")
    (folder / "hazy/9_1.png").write_bytes(b"")
    write(str(folder / "clear/9.png"), clean)
    made = ingest(str(folder), "reside", str(tmp_path), shard_size=100)
    rows = read_rows(made)
    assert dict(rows.select("source", "error").iter_rows()) == {
        "clear/7.png": "no degraded photograph belongs to it",
        "hazy/1_1.png": None,
        "hazy/2_1.png": None,
        "hazy/3_1.png": "clean and degraded differ in size: 512 x 384 and 512 x 379 pixels",
        "hazy/4_1.png": "clean and degraded are the same, so nothing is degraded",
        "hazy/5_1.png": "too small to learn from: 20 x 20 pixels",
        "hazy/6_1.png": "no clean partner: clear/6 is missing",
        "hazy/8_1.png": "clean: the file is not an image of a known format",
        "hazy/9_1.png": "degraded: the file is empty",
    }
    good, cut = read_samples(made, 0)
    assert np.array_equal(decode_png(good["clean.png"]), clean)
    assert np.array_equal(decode_png(cut["clean.png"]), clean[10:-10, 10:-10])


def test_what_decides_the_bytes_decides_the_folder(photographs: Path, tmp_path: Path) -> None:
    folder, copy = str(tmp_path / "pairs"), str(tmp_path / "elsewhere" / "copy")
    for place in (folder, copy):
        lay_out(place, "pairs", photographs)
    spec, _ = plan_ingest(folder, "pairs", 4, **OWN)  # type: ignore[arg-type]
    assert plan_ingest(copy, "pairs", 4, **OWN)[0] == spec  # type: ignore[arg-type]
    other = {**OWN, "present": ("haze",)}
    assert plan_ingest(folder, "pairs", 4, **other)[0] != spec  # type: ignore[arg-type]
    Path(copy, "sharp/9.png").write_bytes(b"")
    assert plan_ingest(copy, "pairs", 4, **OWN)[0] != spec  # type: ignore[arg-type]


def test_the_same_pairs_give_the_same_bytes_on_s3(
    photographs: Path, tmp_path: Path, s3: S3
) -> None:
    folders = [str(tmp_path), s3.url]
    for folder in folders:
        lay_out(join(folder, "pairs"), "rain100", photographs)
    here, there = (ingest(join(folder, "pairs"), "rain100", folder, 2) for folder in folders)
    assert name_of(here) == name_of(there)
    for name in ("00000.tar", "00001.tar", "spec.json"):
        assert read_bytes(join(here, name)) == read_bytes(join(there, name))


@pytest.mark.parametrize(
    ("layout", "options"),
    [
        ("pairs", {}),
        ("pairs", {"clean": "a", "degraded": "b"}),
        ("pairs", {"clean": "a", "present": ("haze",)}),
        ("sidd", {"clean": "a"}),
        ("sidd", {"present": ("haze",)}),
    ],
)
def test_folders_are_named_for_plain_pairs_alone(
    layout: LayoutName, options: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(UnclearLayoutError, match="--clean") as caught:
        plan_ingest(str(tmp_path), layout, 4, **options)  # type: ignore[arg-type]
    assert isinstance(caught.value, ExpectedError)
