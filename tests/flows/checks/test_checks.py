"""What `rr doctor` says of machines on which something is wrong."""

import importlib.metadata
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from flows.checks import dependencies, disk, graphics
from flows.checks.dependencies import check_dependencies
from flows.checks.disk import check_disk
from flows.checks.graphics import check_graphics
from flows.checks.server import check_configured_server, check_ports
from flows.checks.storage import check_credentials, check_input, check_output
from tests.s3 import READER_KEY, READER_SECRET, S3


def test_libraries_that_do_not_fit_are_named_with_the_command_that_mends_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not check_dependencies().todo
    needed = ["prefect>=99", "nothing-like-it>=1", 'not-needed; extra == "some"', "torch"]
    monkeypatch.setattr(dependencies, "requires", lambda _: needed)
    found = check_dependencies()
    assert found.wrong
    installed = importlib.metadata.version("prefect")
    assert found.said == f"prefect is {installed}, not >=99; nothing-like-it is missing"
    assert found.todo == "run: pip install 'prefect>=99' 'nothing-like-it>=1'"


def test_a_card_that_torch_does_not_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(graphics.shutil, "which", lambda _: None)
    assert not check_graphics().todo
    monkeypatch.setattr(graphics.shutil, "which", lambda _: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(torch.version, "cuda", None)
    assert check_graphics().todo == "install torch from PyPI, which is built for CUDA"
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    assert "support CUDA 12.8" in check_graphics().todo


def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**29))
    found = check_disk(tmp_path, "set TMPDIR")
    assert found.wrong
    assert found.said == f"{tmp_path} has 0.5 GiB free"
    assert found.todo == "set TMPDIR"


def test_keys_that_reach_storage_only_to_read(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_output(f"{s3.url}/out").said == f"{s3.url}/out can be written"
    assert "missing or has no files" in check_input(f"{s3.url}/out").said  # nothing is left behind
    monkeypatch.setenv("RR_S3_ACCESS_KEY", READER_KEY)
    monkeypatch.setenv("RR_S3_SECRET_KEY", READER_SECRET)
    assert s3.endpoint in check_credentials().said
    found = check_output(f"{s3.url}/out")
    assert found.wrong
    assert "docs/STORAGE.md" in found.todo
    assert READER_SECRET not in f"{found} {check_credentials()}"


def test_settings_that_contradict_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RR_S3_ACCESS_KEY", "only-one")
    found = check_credentials()
    assert found.wrong
    assert "both or neither" in found.said


def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not check_input(str(tmp_path)).todo
    assert check_input(str(tmp_path / "nowhere")).todo == "check the path"


def test_ports_that_are_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = check_ports((port,))
        assert found.said == f"taken: {port}"
        assert "--port" in found.todo
    assert not check_ports((port,)).todo


@pytest.mark.usefixtures("unreachable_server")
def test_a_server_that_does_not_answer() -> None:
    found = check_configured_server()
    assert found.wrong
    assert "127.0.0.1:9/api does not answer" in found.said
