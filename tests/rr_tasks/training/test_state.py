import pickle
import re
from pathlib import Path

import pytest
import torch
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


class Trap:
    """Makes a file as soon as it is unpickled."""

    def __init__(self, sprung: Path) -> None:
        self._sprung = sprung

    def __reduce__(self) -> tuple:
        return Path.touch, (self._sprung,)


def test_a_checkpoint_runs_no_code(tmp_path: Path) -> None:
    sprung, url = tmp_path / "sprung", tmp_path / "checkpoint.pt"
    pickle.loads(pickle.dumps(Trap(sprung)))
    assert sprung.exists()
    sprung.unlink()
    state = TrainingState(nn.Linear(2, 2), LoopSettings(steps=2, batch_size=1, learning_rate=1e-3))
    torch.save({"step": Trap(sprung)}, url)
    with pytest.raises(DamagedCheckpointError):
        state.load(str(url))
    assert not sprung.exists()


@pytest.mark.parametrize("content", [b"{torn", b"[]", b"{}", b"\xff"])
def test_a_damaged_log_is_named(tmp_path: Path, content: bytes) -> None:
    url = tmp_path / "log.jsonl"
    url.write_bytes(content)
    with pytest.raises(DamagedLogError, match=f"^{re.escape(str(url))}: not a readable log"):
        TrainingLog(str(url), 1)
