from pathlib import Path

import numpy as np
import pytest

from rr_tasks.alignment.validation import (
    MOST_LOOKS,
    TooFewPhotographsError,
    read_validation,
    restore_all,
    withhold,
)
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Piece, read_samples, unpack
from rr_tasks.shards.writer import Outcome, write_shard
from rr_tasks.training.dataset import check_dataset
from rr_tasks.training.epochs import deal_epochs
from schemas.shard import DoneMarker, SampleRow
from tests.annotating import annotate_all
from tests.latent_restorer import LatentRestorer
from tests.reasoners import RuleReasoner


def test_all_samples_of_a_withheld_photograph_are_never_dealt(dataset: str) -> None:
    markers = check_dataset(dataset)
    assert [marker.samples for marker in markers] == [32, 16]
    withheld = withhold(dataset, markers)
    assert withheld.samples == [Piece(1, 0, 16)]  # of the last of three photographs
    assert [piece.start for piece in withheld.looks] == list(range(MOST_LOOKS))
    epochs = deal_epochs(markers, without=withheld.samples, samples_per_round=8, seed=0)
    dealt = {
        (piece.shard, place)
        for epoch in (0, 1)
        for number in range(epochs.rounds)
        for piece in epochs.pieces(epoch, number)
        for place in range(piece.start, piece.stop)
    }
    assert dealt == {(0, place) for place in range(32)}


def test_photographs_are_withheld_wherever_they_are(tmp_path: Path) -> None:
    # Ten photographs take turns, two samples at a time, and some samples failed.
    sources = [f"{number // 2 % 10}.jpg" for number in range(80)]
    markers = [write_rows(str(tmp_path), shard, sources[shard * 20 :][:20]) for shard in range(4)]
    withheld = withhold(str(tmp_path), markers)
    assert withheld.looks == [Piece(3, place, place + 1) for place in (18, 19, 16, 17)]
    assert sorted(withheld.samples, key=lambda piece: (piece.shard, piece.start)) == [
        Piece(shard, start, start + 2) for shard in range(4) for start in (16, 18)
    ]


def test_one_photograph_is_not_enough(tmp_path: Path) -> None:
    markers = [write_rows(str(tmp_path), 0, ["a.jpg"] * 9)]
    with pytest.raises(TooFewPhotographsError, match="synthesize samples of more"):
        withhold(str(tmp_path), markers)


def write_rows(folder: str, shard: int, sources: list[str]) -> DoneMarker:
    """Write a shard of which only the rows matter; the input after the first one failed."""
    outcomes: list[Outcome] = [
        (SampleRow(key=key, source=source, status="ok"), {"__key__": key, "clean.png": b""})
        for place, source in enumerate(sources)
        for key in (f"{shard * 1000 + place:09}",)
    ]
    failed = SampleRow(key="000999999", source="b.jpg", status="failed", error="not readable")
    outcomes.insert(1, (failed, None))
    return write_shard(folder, shard, "0" * 16, 1, outcomes)


def test_photographs_come_with_their_diagnoses_and_are_restored(
    dataset: str, tmp_path: Path
) -> None:
    reasoner = RuleReasoner()
    annotations = annotate_all(dataset, str(tmp_path), reasoner)
    looks = [Piece(0, 28, 30), Piece(1, 3, 4), Piece(0, 7, 8)]
    photographs = read_validation(dataset, annotations, looks)
    shards = [list(read_samples(dataset, shard, "clean.png", "degraded.png")) for shard in (0, 1)]
    samples = [*shards[0][28:30], shards[1][3], shards[0][7]]
    for photograph, sample in zip(photographs, samples, strict=True):
        assert np.array_equal(photograph.clean, unpack(sample, "clean.png", decode_png))
        assert np.array_equal(photograph.degraded, unpack(sample, "degraded.png", decode_png))
        (answer,) = reasoner.diagnose_all([photograph.degraded])
        assert (photograph.prior is None) == (not hasattr(answer, "haze"))
    restorations = restore_all(photographs, PhotographRestorer(LatentRestorer(), "toy"))
    assert len(restorations) == 4
    for restored, photograph in zip(restorations.restored, photographs, strict=True):
        assert restored.shape == photograph.clean.shape
        assert restored.dtype == np.uint8
