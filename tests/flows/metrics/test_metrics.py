"""What processes count is served after they have ended, and the dashboard asks for nothing else."""

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.metrics.counters import COUNTERS, FOLDER, count_work

MONITORING = Path(__file__).parents[3] / "infra" / "monitoring"
DASHBOARD: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text())
COUNT = """
from flows.metrics.counters import count_failures, count_work
count_work("Restore photographs", done=3, failed=1, pixels=2_500_000)
count_failures({"no image": 1})
"""


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is served after two processes have counted, without a Prefect server."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "metrics"))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "flows.cli", "metrics", "--port", str(port)]
    serving = subprocess.Popen(command)
    try:
        return read(f"http://127.0.0.1:{port}/metrics", serving)
    finally:
        serving.kill()
        serving.wait()


def read(url: str, serving: "subprocess.Popen[bytes]") -> str:
    while serving.poll() is None:
        try:
            return httpx.get(url, timeout=60).text
        except httpx.ConnectError:
            time.sleep(0.2)
    raise AssertionError("it does not serve")


def test_what_ended_processes_counted_is_served_together_and_is_all_the_dashboard_needs(
    shown: str,
) -> None:
    assert 'rr_work_done_total{work="Restore photographs"} 6.0' in shown
    assert 'rr_work_failed_total{work="Restore photographs"} 2.0' in shown
    assert 'rr_megapixels_total{work="Restore photographs"} 5.0' in shown
    assert 'rr_failures_total{reason="no image"} 2.0' in shown
    assert "rr_server_up 0.0" in shown
    served = set(re.findall(r"^# TYPE (rr_\w+)", shown, re.MULTILINE))
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    asked = [set(re.findall(r"\brr_\w+", query)) for query in queries]
    assert all(asked)
    assert set.union(*asked) == served
    assert {f"{name}_total" for name in COUNTERS} < served


def test_panels_have_places_of_their_own() -> None:
    cells = [
        (place["x"] + x, place["y"] + y)
        for place in (panel["gridPos"] for panel in DASHBOARD["panels"])
        for x in range(place["w"])
        for y in range(place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_nothing_is_counted_where_nobody_reads_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FOLDER, "")
    monkeypatch.chdir(tmp_path)
    count_work("Restore photographs", done=3, failed=1, pixels=2_500_000)
    assert list(tmp_path.iterdir()) == []
