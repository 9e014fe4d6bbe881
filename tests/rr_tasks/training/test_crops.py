"""What the restorer learns from, on several kinds of storage, whole and damaged."""

import shutil
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import read_samples
from rr_tasks.shards.writer import ShardDamagedError
from rr_tasks.storage.files import join, publish
from rr_tasks.training import crops as training
from rr_tasks.training.crops import Crop, Pair, load_crops
from rr_tasks.training.dataset import MissingDiagnosesError, UnfinishedDataSetError
from rr_tasks.training.flow import FlowBatch
from rr_tasks.training.rounds import Batches, RoundLoader
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.prior.mirror import mirror

Damage = Callable[[bytes], bytes]
SIDE = 128


def stamp(photograph: np.ndarray, prior: DiagnosticPrior | None) -> np.ndarray:
    """Guides that show where they are from, and from which prior they follow."""
    severity = 0 if prior is None else 1 + round(prior.haze.severity)
    return np.dstack([photograph[..., 0], np.full(photograph.shape[:2], severity, np.uint8)])


def load(shards: str, annotations: str, batch_size: int = 8) -> RoundLoader[Pair, Crop, FlowBatch]:
    return load_crops(shards, annotations, stamp, side=SIDE, batch_size=batch_size, seed=0)


@pytest.fixture(autouse=True)
def small_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_PHOTOGRAPHS_PER_ROUND", 12)


@pytest.fixture
def copies(dataset: str, annotations: str, tmp_path: Path) -> tuple[Path, Path]:
    """Shards and annotations that a test may damage."""
    shards = shutil.copytree(dataset, tmp_path / "shards")
    return Path(shards), Path(shutil.copytree(annotations, tmp_path / "annotations"))


class Known(NamedTuple):
    """A sample of the data set; its images have the size of a crop."""

    key: str
    clean: np.ndarray
    degraded: np.ndarray
    truth: DiagnosticPrior
    predicted: DiagnosticPrior


@pytest.fixture(scope="module")
def known(dataset: str, annotations: str) -> dict[bytes, Known]:
    """All samples by the bytes of their degraded image."""
    found = {}
    for shard in (0, 1):
        pairs = zip(read_samples(dataset, shard), read_samples(annotations, shard), strict=True)
        for sample, diagnosis in pairs:
            degraded = decode_png(sample["degraded.png"])
            priors = load_prior(sample["prior.json"]), load_prior(diagnosis["prior.json"])
            found[degraded.tobytes()] = Known(
                sample["__key__"], decode_png(sample["clean.png"]), degraded, *priors
            )
    return found


def examples(
    batch: FlowBatch,
) -> Iterator[tuple[np.ndarray, np.ndarray, DiagnosticPrior | None]]:
    """Clean image, degraded image and prior of each example."""
    images = (planes.permute(0, 2, 3, 1).numpy() for planes in (batch.clean, batch.degraded))
    yield from zip(*images, batch.priors, strict=True)


def whole_epoch(loader: Batches[FlowBatch]) -> list[FlowBatch]:
    return [loader.batch(step) for step in range(36)]


def find(known: dict[bytes, Known], degraded: np.ndarray) -> tuple[Known, bool]:
    """The sample and whether it is mirrored."""
    for mirrored in (False, True):
        image = np.ascontiguousarray(degraded[:, ::-1] if mirrored else degraded)
        if image.tobytes() in known:
            return known[image.tobytes()], mirrored
    raise AssertionError("an image that is in no shard")


def test_an_example_is_made_of_one_sample(
    dataset: str, annotations: str, known: dict[bytes, Known]
) -> None:
    with load(dataset, annotations) as loader:
        batches = whole_epoch(loader)
    assert batches[0].clean.shape == batches[0].degraded.shape
    assert batches[0].clean.shape == (8, 3, SIDE, SIDE)
    for batch in batches:
        for clean, degraded, prior in examples(batch):
            sample, mirrored = find(known, degraded)
            assert np.array_equal(clean[:, ::-1] if mirrored else clean, sample.clean)
            assert prior in [None, mirror(sample.predicted) if mirrored else sample.predicted]


def test_a_diagnosis_that_failed_counts_as_withheld(
    dataset: str, partly_annotated: str, known: dict[bytes, Known]
) -> None:
    diagnoses = {
        sample["__key__"]: load_prior(sample["prior.json"])
        for shard in (0, 1)
        for sample in read_samples(partly_annotated, shard)
    }
    undiagnosed = 0
    with load(dataset, partly_annotated) as loader:
        batches = whole_epoch(loader)
    for batch in batches:
        for _, degraded, prior in examples(batch):
            sample, mirrored = find(known, degraded)
            if sample.key not in diagnoses:
                undiagnosed += 1
                assert prior is None
            elif prior is not None:
                diagnosis = diagnoses[sample.key]
                assert prior == (mirror(diagnosis) if mirrored else diagnosis)
    assert undiagnosed > 0


def test_blur_alone_is_drawn_four_times_as_often(
    dataset: str, annotations: str, known: dict[bytes, Known]
) -> None:
    seen: Counter[bytes] = Counter()
    with load(dataset, annotations, 16) as loader:
        for step in range(180):  # ten epochs
            for _, degraded, _ in examples(loader.batch(step)):
                seen[find(known, degraded)[0].degraded.tobytes()] += 1
    draws: dict[bool, list[int]] = {True: [], False: []}
    for image, sample in known.items():
        draws[sample.truth.order == ("blur",)].append(seen[image])
    assert len(draws[True]) == 3
    assert np.mean(draws[True]) == pytest.approx(4 * np.mean(draws[False]), rel=0.1)
    assert min(draws[False]) > 0


@pytest.fixture(params=["memory", "s3"])
def elsewhere(
    request: pytest.FixtureRequest, dataset: str, annotations: str, tmp_path: Path
) -> tuple[str, str]:
    """URLs of the same shards and annotations on other storage."""
    s3 = request.param == "s3"
    root = request.getfixturevalue("s3").url if s3 else f"memory://{tmp_path.name}"
    for folder, name in ((dataset, "shards"), (annotations, "annotations")):
        for path in Path(folder).iterdir():
            publish(path, join(root, name, path.name))
    return join(root, "shards"), join(root, "annotations")


def test_other_storage_gives_the_same_batches(
    dataset: str, annotations: str, elsewhere: tuple[str, str]
) -> None:
    with (
        load(dataset, annotations) as here,
        load(*elsewhere) as there,
    ):
        for step in (0, 1, 30, 71):
            one, other = here.batch(step), there.batch(step)
            assert torch.equal(one.clean, other.clean)
            assert torch.equal(one.degraded, other.degraded)
            assert one.priors == other.priors


def test_no_tar_is_read_before_the_first_batch(copies: tuple[Path, Path]) -> None:
    for folder in copies:
        for tar in folder.glob("*.tar"):
            tar.unlink()
    with (
        load(str(copies[0]), str(copies[1])) as loader,
        pytest.raises(ShardDamagedError, match=r"\.tar: sample 0000\d0\d\d\d cannot be read"),
    ):
        loader.batch(0)


def test_a_half_finished_data_set_is_refused(copies: tuple[Path, Path]) -> None:
    shards, annotations = copies
    (shards / "00001.done.json").unlink()
    with pytest.raises(UnfinishedDataSetError, match="lacks 1 of 2 shards"):
        load(str(shards), str(annotations))


def changed(tar: Path, name: str, change: Damage) -> None:
    """Change one file of a tar, of the same length."""
    with tarfile.open(tar) as archive:
        member = archive.getmember(name)
    content = bytearray(tar.read_bytes())
    span = slice(member.offset_data, member.offset_data + member.size)
    content[span] = change(bytes(content[span]))
    tar.write_bytes(content)


@pytest.mark.parametrize("name", ["clean.png", "degraded.png", "prior.json"])
def test_a_damaged_sample_is_named(copies: tuple[Path, Path], name: str) -> None:
    shards, annotations = copies
    changed(shards / "00001.tar", f"000010005.{name}", lambda old: b"?" * len(old))
    with (
        load(str(shards), str(annotations)) as loader,
        pytest.raises(ShardDamagedError) as caught,
    ):
        whole_epoch(loader)
    message = f"{shards}/00001.tar: sample 000010005 cannot be read ({name}: "
    assert str(caught.value).startswith(message)


def test_a_damaged_diagnosis_is_named(copies: tuple[Path, Path]) -> None:
    shards, annotations = copies
    changed(annotations / "00000.tar", "000000005.prior.json", lambda old: b"?" * len(old))
    with (
        load(str(shards), str(annotations)) as loader,
        pytest.raises(ShardDamagedError) as caught,
    ):
        whole_epoch(loader)
    message = f"{annotations}/00000.tar: sample 000000005 cannot be read (prior.json: "
    assert str(caught.value).startswith(message)


def test_a_diagnosis_of_another_sample_is_not_taken(copies: tuple[Path, Path]) -> None:
    shards, annotations = copies
    tar = annotations / "00000.tar"
    # digits of the same sum keep the header's checksum
    tar.write_bytes(tar.read_bytes().replace(b"000000005.prior", b"000000050.prior"))
    with (
        load(str(shards), str(annotations)) as loader,
        pytest.raises(MissingDiagnosesError, match=r"00000\.tar has no diagnosis of 000000005"),
    ):
        whole_epoch(loader)


def test_a_crop_comes_with_a_prior_of_its_photograph_and_guides_that_follow_from_it(
    prior: DiagnosticPrior,
) -> None:
    clean = np.zeros((150, 170, 3), np.uint8)
    clean[..., 0], clean[..., 1] = np.arange(170), np.arange(150)[:, None]
    priors = {"predicted": prior, "withheld": None}
    surveyed: Counter[str] = Counter()

    def survey(photograph: np.ndarray, given: DiagnosticPrior | None) -> np.ndarray:
        surveyed[next(name for name, known in priors.items() if known == given)] += 1
        return stamp(photograph, given)

    rng = np.random.default_rng(0)
    crops = training._cut_crops((clean, clean + 1), priors, survey, rng, count=60, side=SIDE)
    drawn: Counter[str] = Counter()
    for crop in crops:
        assert crop.clean.shape == (3, SIDE, SIDE)
        assert np.array_equal(crop.degraded, crop.clean + 1)
        mirrored = bool(crop.clean[0, 0, 0] > crop.clean[0, 0, 1])
        kind = "withheld" if crop.prior is None else "predicted"
        assert crop.prior == (mirror(prior) if kind == "predicted" and mirrored else priors[kind])
        assert np.array_equal(crop.guides[0], crop.degraded[0])
        assert np.all(crop.guides[1] == stamp(clean, priors[kind])[0, 0, 1])
        drawn[kind] += 1
    assert 1 <= drawn["withheld"] <= 15
    assert drawn.total() == 60
    assert set(surveyed.values()) == {1}


@pytest.mark.parametrize("shape", [(40, 33, 3), (128, 60, 3)])
def test_a_photograph_smaller_than_a_crop_is_mirrored_out(
    prior: DiagnosticPrior, shape: tuple[int, int, int]
) -> None:
    clean = np.random.default_rng(0).integers(0, 200, shape).astype(np.uint8)
    images = clean, clean + 9, clean[..., :2]
    crop = training._cut_crop(images, prior, SIDE, np.random.default_rng(0))
    assert crop.clean.shape == (3, SIDE, SIDE)
    assert np.array_equal(crop.degraded, crop.clean + 9)
    assert np.array_equal(crop.guides, crop.clean[:2])


def test_larger_crops_are_fewer(dataset: str, annotations: str) -> None:
    sizes = []
    for side in (64, 128):
        with load_crops(dataset, annotations, stamp, side=side, batch_size=4, seed=0) as loader:
            assert loader.batch(0).guides.shape == (4, 2, side, side)
            sizes.append(training._count_crops(side) * side**2)
    assert sizes[0] == sizes[1]
