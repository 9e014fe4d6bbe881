"""What `rr status` says of the settings of the last run."""

from typing import Any

import pytest
from rich.console import Console

from flows.cli.show.archive import show_status
from schemas.archive import Counts, RestoreParameters, RunSummary
from schemas.status import ArchiveStatus

SERVER = {"kind": "remote", "url": "http://localhost:8000/v1", "model": "qwen"}


def say(**settings: Any) -> str:
    counts = Counts()
    last = RunSummary(
        parameters=RestoreParameters(input="in", output="out", **settings),
        engine="edge",
        finished_at="2026-01-01T00:00:00+00:00",
        found=0,
        left_out={},
        unreadable=(),
        counts=counts,
        archive=counts,
        report="report.html",
        failures="failures.csv",
    )
    found = ArchiveStatus(
        output="out",
        source="in",
        planned=0,
        left=0,
        counts=counts,
        chunks=0,
        chunks_left=0,
        last=last,
    )
    console = Console(width=200)
    with console.capture() as shown:
        show_status(console, found)
    (line,) = (line for line in shown.get().splitlines() if line.startswith("Settings"))
    return line.removeprefix("Settings").strip()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "default"),
        ({"verify": False, "threshold": 20.0}, "threshold 20.0, no verify"),
        ({"strengths": {"haze": 0.5}}, "strengths haze 0.5"),
        ({"reasoner": "a.safetensors"}, "reasoner weights a.safetensors"),
        ({"reasoner": {"kind": "qwen", "model": "Qwen/Model"}}, "reasoner model Qwen/Model"),
        ({"reasoner": SERVER}, "reasoner url http://localhost:8000/v1 model qwen"),
        ({"restorer": {"kind": "qwen", "model": "Qwen/Editor"}}, "restorer model Qwen/Editor"),
    ],
)
def test_settings_of_all_tiers_are_named(settings: dict[str, Any], said: str) -> None:
    assert say(**settings) == said
