import os
import subprocess
import sys
from pathlib import Path

from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.weights.file import load_network

ROOT = Path(__file__).parents[3]
RECORDS = """#!/usr/bin/env bash
echo "$*" >> "$CALLS"
echo "made-$(wc -l < "$CALLS")"
"""


def test_every_step_goes_on_from_the_one_before_and_the_first_from_weights_without_guides(
    tmp_path: Path,
) -> None:
    programs, calls, work = tmp_path / "programs", tmp_path / "calls", tmp_path / "work"
    programs.mkdir()
    for name in ("rr", "git"):
        (programs / name).write_text(RECORDS, encoding="utf-8")
        (programs / name).chmod(0o755)
    subprocess.run(
        [ROOT / "infra" / "weights" / "unguided-restorer.sh", "photos", work],
        cwd=ROOT,
        env=os.environ
        | {
            "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "CALLS": str(calls),
        },
        check=True,
        capture_output=True,
    )
    lines = calls.read_text(encoding="utf-8").splitlines()
    made = {f"made-{number}": line for number, line in enumerate(lines, start=1)}
    trainings = [line.split() for line in lines if line.startswith("train restorer")]
    first, *later = (words[words.index("--start") + 1] for words in trainings)
    assert not load_network(first, RestorerNetwork).shape.guides
    assert [made[start].split() for start in later] == trainings[:-1]
