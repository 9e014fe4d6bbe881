"""Before anything that takes seconds, every command says what it begins with."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = ("torch", "polars", "prefect", "pyvips", "cv2", "s3fs")

_STOPPED_AT_IMPORTS = f"""
import sys
from flows.cli import main

class Refusal:
    def find_spec(self, name, path=None, target=None):
        if name in {HEAVY!r}:
            raise SystemExit(7)

sys.meta_path.insert(0, Refusal())
main()
"""


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("diagnose a.jpg", "Loading the reasoner"),
        ("restore photos out", "Looking for photographs in photos"),
        ("synthesize photos out", "Looking for photographs in photos"),
        ("evaluate photos out", "Looking for photographs in photos"),
        ("assess photos out", "Looking for photographs in photos"),
        ("undo out --yes", "Reading the ledgers"),
        ("promote a.safetensors photos out", "Looking for photographs in photos"),
        ("pipeline photos heldout out", "Looking for photographs in photos"),
        ("ingest reside pairs out", "Looking for pairs in pairs"),
        ("migrate data", "Reading the data set data"),
        ("annotate data", "Reading the data set data"),
        ("annotate data --refresh", "Reading the data set data"),
        ("train reasoner data out", "Reading the data set data"),
        ("train restorer data notes out", "Reading the data set data"),
        ("align data notes out", "Reading the data set data"),
        ("promote --back out", "Reading the ledger in out/champions"),
        ("export hf data out", "Reading the data set data"),
        ("export messages data out", "Reading the data set data"),
        ("bench restore photos", "Measuring rr restore"),
        ("bench loader", "Measuring the loader of training data"),
    ],
)
def test_a_command_speaks_before_it_imports(command: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STOPPED_AT_IMPORTS, *command.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (7, f"{said} ...\n")
    assert done.stdout == ""
