"""What the tests of flows share: they run without Prefect unless they ask for its server."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

HELDOUT = Path(__file__).parents[2] / "infra" / "samples" / "heldout"


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
