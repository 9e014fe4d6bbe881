from collections.abc import Sequence
from pathlib import Path

import pytest

from rr_tasks.benchmarks import synthesis
from rr_tasks.benchmarks.synthesis import (
    SynthesisSpeed,
    measure_degradation,
    measure_synthesis,
    measure_workers,
)
from rr_tasks.degrade.synthesis import synthesize_shard
from schemas.shard import SynthesisSpec


def test_a_shard_is_made_and_its_images_are_encoded_again(
    photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = []
    encode = synthesis.encode_png
    monkeypatch.setattr(synthesis, "encode_png", lambda image: encoded.append(encode(image)))
    speed = measure_synthesis(str(photographs), 5)
    assert speed.samples == 20
    assert len(encoded) == 40
    assert 0 < speed.encoding_seconds < speed.whole_seconds


def test_the_ratio_is_to_encoding_alone() -> None:
    assert SynthesisSpeed(samples=1, whole_seconds=3.0, encoding_seconds=2.0).ratio == 1.5


def test_all_four_are_added_to_images_of_one_size(
    photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    degrade = synthesis.degrade
    monkeypatch.setattr(
        synthesis, "degrade", lambda *given: asked.append(given[:2]) or degrade(*given)
    )
    assert measure_degradation(str(photographs), 2) > 0
    assert {clean.shape for clean, _ in asked} == {(512, 512, 3)}
    assert {frozenset(severities) for _, severities in asked} == {
        frozenset({"haze", "blur", "rain", "noise"})
    }


def test_each_worker_makes_four_shards_and_the_last_three_are_timed(photographs: Path) -> None:
    asked = []

    def make(
        folder: str, spec: SynthesisSpec, photographs: str, shards: Sequence[int], workers: int
    ) -> None:
        asked.append((list(shards), workers))
        for shard in shards:
            synthesize_shard(folder, spec, photographs, shard)

    one, two = (measure_workers(str(photographs), 4, workers, make) for workers in (1, 2))
    assert asked == [([0], 1), ([1, 2, 3], 1), ([0, 1], 2), ([2, 3, 4, 5, 6, 7], 2)]
    assert (one.amount, two.amount) == (3, 6)
    assert one.sha256 == two.sha256
    assert len(one.sha256) == 4
    assert 0 < one.first_peak_mib <= one.last_peak_mib
    assert one.per_second == 3 / one.seconds
