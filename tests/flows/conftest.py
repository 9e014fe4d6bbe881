"""What the tests of flows share: they run without Prefect unless they ask for its server."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
import torch
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_LOCAL_STORAGE_PATH,
    PREFECT_MEMO_STORE_PATH,
    temporary_settings,
)
from prefect.testing.utilities import prefect_test_harness
from rich.console import Console

from flows import terminal
from flows.deploy import Deployed, deploy
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.weights.file import load_network, locate_shipped, save_network

HELDOUT = Path(__file__).parents[2] / "infra" / "samples" / "heldout"
POOL = "of-tests"
"""The work pool of `deployed`."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Prefect server for the tests that ask for it, and the folder where it keeps results."""
    home = tmp_path_factory.mktemp("prefect")
    elsewhere = {PREFECT_LOCAL_STORAGE_PATH: home / "storage", PREFECT_MEMO_STORE_PATH: home / "m"}
    with temporary_settings(elsewhere), prefect_test_harness(server_startup_timeout=180):
        yield home


@pytest.fixture(scope="session")
def deployed(server: Path) -> Deployed:
    """What `rr deploy` puts on the server, in a work pool without workers."""
    return deploy(Path("/data"), pool=POOL)


@pytest.fixture(autouse=True)
def configured_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No flow of these tests ever runs on a server that the developer happens to use."""
    if "server" in request.fixturenames:
        request.getfixturevalue("server")
        monkeypatch.setenv("PREFECT_API_URL", PREFECT_API_URL.value() or "")
    else:
        monkeypatch.setenv("PREFECT_API_URL", "")


@pytest.fixture
def unreachable_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server is configured, but there is none."""
    url = "http://127.0.0.1:9/api"
    monkeypatch.setenv("PREFECT_API_URL", url)
    with temporary_settings({PREFECT_API_URL: url}):  # Prefect reads the variable only once
        yield


@pytest.fixture(scope="session")
def heldout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small photograph that is not among `photographs`."""
    folder = tmp_path_factory.mktemp("heldout")
    source = sorted(HELDOUT.glob("*.webp"))[0]
    small = cv2.resize(cv2.imread(str(source)), (144, 128), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(folder / f"{source.stem}.png"), small)
    os.utime(folder / f"{source.stem}.png", ns=(10**18, 10**18))  # only old files are remembered
    return folder


@pytest.fixture(scope="session")
def reasoner(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Weights of a reasoner that sees everything a little differently than the shipped one."""
    network = load_network(locate_shipped("edge-reasoner"), ReasonerNetwork)
    with torch.no_grad():
        network.head[-1].bias.add_(0.1)
    url = str(tmp_path_factory.mktemp("weights") / "other.safetensors")
    save_network(network, url, {})
    return url


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Console:
    """The terminal that progress is shown on; `shown.file` holds all that was drawn."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=100)
    monkeypatch.setattr(terminal, "errors", console)
    return console
