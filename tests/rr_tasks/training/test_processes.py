import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from rr_tasks.training.loop import CHECKPOINT
from tests.processes import run_in_two_processes

PROGRAM = Path(__file__).with_name("processes.py")
REPOSITORY = Path(__file__).parents[3]


def test_two_processes_fine_tune_a_language_model_as_documented(
    dataset: str, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    launch = ["-m", "torch.distributed.run", "--no-python", "--nproc-per-node", "2", "--"]
    train = ["train", "reasoner", dataset, str(folder), "--tier", "tiny", "--device", "cpu"]
    few = ["--steps", "2", "--batch-size", "2", "--accumulate", "1"]
    rr = str(Path(sys.executable).with_name("rr"))
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *launch, rr, *train, *few]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "run.json").read_text())["processes"] == 2
    (line,) = (folder / "log.jsonl").read_text().splitlines()
    assert json.loads(line)["step"] == 2
    assert (folder / "model" / "README.md").exists()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where two processes trained a network together."""
    folder = tmp_path_factory.mktemp("processes")
    run_in_two_processes(PROGRAM, folder)
    return folder


def test_all_processes_end_with_the_same_weights(trained: Path) -> None:
    one, other = (torch.load(trained / f"weights-{rank}.pt") for rank in (0, 1))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_processes_take_as_many_steps_on_other_data_and_noise(trained: Path) -> None:
    seen = [json.loads((trained / f"seen-{rank}.json").read_text()) for rank in (0, 1)]
    assert len(seen[0]) == len(seen[1]) == 6 * 2
    epoch = [{str(key) for batch in one[:3] for key in batch["keys"]} for one in seen]
    assert len(epoch[0]) == len(epoch[1]) == 12
    assert not epoch[0] & epoch[1]
    assert len({batch["noise"] for one in seen for batch in one}) == 2 * 6 * 2


def test_each_process_gets_its_share_of_the_shards(trained: Path) -> None:
    dealt = [json.loads((trained / f"dealt-{rank}.json").read_text()) for rank in (0, 1)]
    assert dealt == [[0, 2], [1]]


def test_the_first_process_alone_writes_and_reports(trained: Path) -> None:
    assert sorted(path.name for path in (trained / "run").iterdir()) == [CHECKPOINT, "log.jsonl"]
    assert len((trained / "run" / "log.jsonl").read_text().splitlines()) == 1
    assert (trained / "reported-0").exists()
    assert not (trained / "reported-1").exists()
