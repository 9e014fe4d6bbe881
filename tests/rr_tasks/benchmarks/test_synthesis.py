from pathlib import Path

import pytest

from rr_tasks.benchmarks import synthesis
from rr_tasks.benchmarks.synthesis import SynthesisSpeed, measure_synthesis


def test_a_shard_is_made_and_its_images_are_encoded_again(
    photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = []
    encode = synthesis.encode_png
    monkeypatch.setattr(synthesis, "encode_png", lambda image: encoded.append(encode(image)))
    speed = measure_synthesis(str(photographs), 5)
    assert speed.samples == 5
    assert len(encoded) == 10
    assert 0 < speed.encoding_seconds < speed.whole_seconds


def test_the_ratio_is_to_encoding_alone() -> None:
    assert SynthesisSpeed(samples=1, whole_seconds=3.0, encoding_seconds=2.0).ratio == 1.5
