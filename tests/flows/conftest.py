"""What the tests of flows share: they run without Prefect unless they ask for its server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings


@pytest.fixture(autouse=True)
def without_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """No flow of these tests ever runs on a server that the developer happens to use."""
    if "server" in request.fixturenames:
        yield
    else:
        with temporary_settings({PREFECT_API_URL: None}):
            yield


@pytest.fixture(scope="session")
def heldout(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one of the small photographs."""
    folder = tmp_path_factory.mktemp("heldout")
    source = sorted(photographs.iterdir())[0]
    (folder / source.name).write_bytes(source.read_bytes())
    return folder
