import json
from pathlib import Path

from tests.processes import run_in_two_processes

PROGRAM = Path(__file__).with_name("processes.py")


def test_processes_explore_their_own_ways_and_learn_together(tmp_path: Path) -> None:
    run_in_two_processes(PROGRAM, tmp_path)
    one, other = (json.loads((tmp_path / f"found-{rank}.json").read_text()) for rank in (0, 1))
    assert one["colour"] == other["colour"]
    assert any(one["colour"])
    assert len(one["explored"]) == 3
    assert not set(one["explored"]) & set(other["explored"])
