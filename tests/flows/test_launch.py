import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows import launch as launching
from flows.launch import launch
from flows.server import UnreachableServerError

ROOT = Path(__file__).parents[2]


def double(parameters: int) -> int:
    return 2 * parameters


@pytest.fixture
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PREFECT_API_URL")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("nothing_configured")
@pytest.mark.parametrize(
    ("name", "content", "asked"),
    [
        ("home/profiles.toml", "", True),
        ("prefect.toml", "", True),
        ("pyproject.toml", "[tool.prefect]", True),
        ("pyproject.toml", "dependencies = ['prefect']", False),
        (".env", "PREFECT_API_URL=http://127.0.0.1:4200/api", True),
        (".env", "RR_S3_REGION=eu", False),
    ],
)
def test_prefect_is_asked_wherever_it_may_be_configured(
    tmp_path: Path, name: str, content: str, asked: bool
) -> None:
    assert not launching._may_be_on_server()
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    assert launching._may_be_on_server() is asked


@pytest.mark.usefixtures("unreachable_server")
def test_a_server_that_is_configured_is_used() -> None:
    with pytest.raises(UnreachableServerError, match="does not answer"):
        launch(double, 4)


@pytest.mark.usefixtures("nothing_configured")
def test_a_stage_without_a_server_is_a_call() -> None:
    assert launch(double, 4) == 8


def test_restoring_imports_nothing_that_one_photograph_does_not_need(
    photographs: Path, tmp_path: Path
) -> None:
    others = {"prefect", "polars", "torchmetrics", "transformers", "botocore", "aiohttp"}
    code = (
        "import sys; from flows.cli import main\n"
        "try: main()\n"
        f"except SystemExit: print(sorted({others} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, "restore", str(photographs), str(tmp_path / "out")]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert shown.endswith("[]\n")


def test_ctrl_c_ends_a_stage_that_waits_for_its_threads() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _WAITING], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10)[0] == "stopped\n"


_WAITING = """
import os, time
import polars
from flows.launch import launch
from flows.runner import Threads

def wait(shard):
    time.sleep(shard)
    print("waiting", flush=True)
    time.sleep(60)

try:
    launch(lambda _: list(Threads(2).run(wait, [0, 30])), None)
except KeyboardInterrupt:
    print("stopped", flush=True)
    os._exit(0)
"""


def test_prefect_says_nothing_where_its_settings_name_no_server(tmp_path: Path) -> None:
    """Not even where they allow a temporary server, which is what announces itself."""
    (tmp_path / "profiles.toml").write_text(
        'active = "local"\n[profiles.local]\nPREFECT_SERVER_ALLOW_EPHEMERAL_MODE = "true"\n'
    )
    stage = "from flows.launch import launch; import sys; print(launch(len, 'four'))"
    asked = f"{stage}; assert 'prefect' in sys.modules"
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path)}
    environment.pop("PREFECT_API_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("4\n", "")
