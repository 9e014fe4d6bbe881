import re
from pathlib import Path

import pytest
from torch import nn

from rr_tasks.training.log import DamagedLogError, TrainingLog
from rr_tasks.training.state import DamagedCheckpointError, TrainingState
from schemas.training import LoopSettings


@pytest.mark.parametrize("content", [b"", b"torn", b"PK\3\4 torn"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    url = tmp_path / "checkpoint.pt"
    url.write_bytes(content)
    state = TrainingState(nn.Linear(2, 2), LoopSettings(steps=2, batch_size=1, learning_rate=1e-3))
    with pytest.raises(DamagedCheckpointError, match=f"^{re.escape(str(url))}: not a readable"):
        state.load(str(url))


@pytest.mark.parametrize("content", [b"{torn", b"[]", b"{}", b"\xff"])
def test_a_damaged_log_is_named(tmp_path: Path, content: bytes) -> None:
    url = tmp_path / "log.jsonl"
    url.write_bytes(content)
    with pytest.raises(DamagedLogError, match=f"^{re.escape(str(url))}: not a readable log"):
        TrainingLog(str(url), 1)
