"""What the tests of flows share: they run without Prefect unless they ask for its server."""

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

from rr_tasks import weights
from rr_tasks.reasoner.network import ReasonerNetwork

HELDOUT = Path(__file__).parents[2] / "infra" / "samples" / "heldout"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Prefect server for the tests that ask for it, and the folder where it keeps results."""
    home = tmp_path_factory.mktemp("prefect")
    elsewhere = {PREFECT_LOCAL_STORAGE_PATH: home / "storage", PREFECT_MEMO_STORE_PATH: home / "m"}
    with temporary_settings(elsewhere), prefect_test_harness(server_startup_timeout=180):
        yield home


@pytest.fixture(autouse=True)
def without_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """No flow of these tests ever runs on a server that the developer happens to use."""
    if "server" in request.fixturenames:
        yield
    else:
        with temporary_settings({PREFECT_API_URL: None}):
            yield


@pytest.fixture(scope="session")
def heldout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small photograph that is not among `photographs`."""
    folder = tmp_path_factory.mktemp("heldout")
    source = sorted(HELDOUT.glob("*.webp"))[0]
    small = cv2.resize(cv2.imread(str(source)), (144, 128), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(folder / f"{source.stem}.png"), small)
    return folder


@pytest.fixture(scope="session")
def reasoner(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Weights of a reasoner that sees everything a little differently than the shipped one."""
    network = weights.load(ReasonerNetwork(), weights.shipped("edge-reasoner"), "edge-reasoner")
    with torch.no_grad():
        network.head[-1].bias.add_(0.1)
    url = str(tmp_path_factory.mktemp("weights") / "other.safetensors")
    weights.save(network, url, "edge-reasoner", {})
    return url
