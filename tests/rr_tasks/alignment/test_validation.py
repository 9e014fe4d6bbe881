from pathlib import Path

import numpy as np
import pytest

from rr_tasks.alignment.validation import (
    MOST,
    TooFewSamplesError,
    read_validation,
    restore_all,
    withhold,
)
from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Piece, read_samples, unpack
from rr_tasks.training.dataset import check_dataset
from rr_tasks.training.epochs import deal_epochs
from tests.latent_restorer import LatentRestorer
from tests.reasoners import RuleReasoner


def test_what_is_withheld_is_never_dealt(dataset: str) -> None:
    markers = check_dataset(dataset)
    assert [marker.samples for marker in markers] == [32, 16]
    rest, withheld = withhold(markers)
    assert withheld == Piece(0, 16, 32)
    epochs = deal_epochs(rest, samples_per_round=8, seed=0)
    dealt = {
        (piece.shard, place)
        for epoch in (0, 1)
        for number in range(epochs.rounds)
        for piece in epochs.pieces(epoch, number)
        for place in range(piece.start, piece.stop)
    }
    assert dealt == {(shard, place) for shard in (0, 1) for place in range(16)}


def test_only_so_many_are_withheld_and_at_least_one(dataset: str) -> None:
    marker = check_dataset(dataset)[0]
    for samples, count in ((1000, MOST), (3, 1), (2, 1)):
        (rest,), withheld = withhold([marker.model_copy(update={"samples": samples})])
        assert (withheld.start, withheld.stop) == (samples - count, samples)
        assert rest.samples == samples - count
    with pytest.raises(TooFewSamplesError, match="synthesize more"):
        withhold([marker.model_copy(update={"samples": 1})])


def test_photographs_come_with_their_diagnoses_and_are_restored(
    dataset: str, tmp_path: Path
) -> None:
    reasoner = RuleReasoner()
    spec = plan_annotation(dataset, reasoner)
    annotations = open_annotations(str(tmp_path), spec)
    for shard in (0, 1):
        annotate_shard(dataset, annotations, spec, reasoner, shard)
    photographs = read_validation(dataset, annotations, Piece(0, 28, 32))
    samples = list(read_samples(dataset, 0, "clean.png", "degraded.png"))[28:]
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
