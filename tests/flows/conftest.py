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


def snapshot(folder: Path) -> dict[str, int]:
    """Every file below a folder and the time of its last change in nanoseconds."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def heldout(photographs: Path, tmp_path: Path) -> Path:
    """A folder with one of the small photographs."""
    folder = tmp_path / "heldout"
    folder.mkdir()
    source = sorted(photographs.iterdir())[0]
    (folder / source.name).write_bytes(source.read_bytes())
    return folder
