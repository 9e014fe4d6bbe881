"""What is said before any work where a Qwen restorer cannot be aligned."""

import pytest
import torch

from rr_tasks.alignment import run
from rr_tasks.alignment.run import check_alignment
from rr_tasks.device import MissingDeviceError, TooLittleMemoryError
from rr_tasks.restorer.qwen import check
from rr_tasks.restorer.qwen.memory import GIB
from schemas.parameters.alignment import AlignParameters
from schemas.restorer import QwenRestorerChoice


@pytest.fixture
def parameters(large_editor: str, dataset: str, annotations: str) -> AlignParameters:
    choice = QwenRestorerChoice(model=large_editor, dtype="bfloat16", offload="model")
    return AlignParameters(shards=dataset, annotations=annotations, output="run", restorer=choice)


def give_gpu(monkeypatch: pytest.MonkeyPatch, gib: int, *, judge: int = 0) -> None:
    """Have a GPU, of whose memory a judge takes some GiB."""
    monkeypatch.setattr(run, "choose_device", lambda _: torch.device("cuda"))
    monkeypatch.setattr(check, "device_memory", lambda _: gib * GIB)
    monkeypatch.setattr(run, "check_reasoner", lambda _: judge * GIB)


def test_a_large_restorer_needs_a_gpu(parameters: AlignParameters) -> None:
    on_cpu = parameters.model_copy(update={"device": "cpu"})
    with pytest.raises(MissingDeviceError, match=r"28\.8 billion parameters need a GPU"):
        check_alignment(on_cpu)


@pytest.mark.parametrize(
    ("gib", "judge", "asked", "refused"),
    [
        (80, 0, {}, None),
        (48, 0, {}, "takes about 66 GiB of memory, and this GPU has 48; use storage=float8"),
        (80, 16, {}, "this GPU has 64 beside the judge"),
        (80, 0, {"window": 2}, "about 101 GiB"),
        (80, 0, {"window": 2, "objective": "nft"}, "about 100 GiB"),
        (80, 0, {"rank": 128}, "about 82 GiB"),
        (80, 0, {"groups": 16}, "about 8"),
    ],
)
def test_aligning_has_to_fit_beside_the_judge(
    parameters: AlignParameters,
    monkeypatch: pytest.MonkeyPatch,
    gib: int,
    judge: int,
    asked: dict[str, object],
    refused: str | None,
) -> None:
    give_gpu(monkeypatch, gib, judge=judge)
    monkeypatch.setattr(run, "_choose_start", lambda _: None)  # it would look for weights
    given = parameters.model_copy(update=asked)
    if refused is None:
        check_alignment(given)
        return
    with pytest.raises(TooLittleMemoryError, match=refused):
        check_alignment(given)
