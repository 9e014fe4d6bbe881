from collections.abc import Callable
from pathlib import Path

import pytest

from rr_tasks.benchmarks import network
from rr_tasks.benchmarks.network import measure_network
from rr_tasks.restorer.network import RestorerNetwork


def test_both_forms_restore_alike_and_time_is_told_by_kind(
    photographs: Path,
    monkeypatch: pytest.MonkeyPatch,
    restorer_network: Callable[..., RestorerNetwork],
) -> None:
    monkeypatch.setattr(network, "load_network", lambda *_: restorer_network(noise=0.02))
    monkeypatch.setattr(network, "_MATRIX_SIDE", 64)
    speed = measure_network(str(photographs), 96, 2)
    assert speed.side == 96
    assert speed.psnr > 50
    assert speed.gain == speed.trained_seconds / speed.fused_seconds
    assert speed.peaks.flops > 1e8
    assert speed.peaks.bandwidth > 1e8
    kinds = [one.kind for one in speed.spent]
    assert kinds[:4] == [
        "1x1 convolutions",
        "depthwise convolutions",
        "other convolutions",
        "norms",
    ]
    assert sum(one.seconds for one in speed.spent) < 2 * speed.fused_seconds
