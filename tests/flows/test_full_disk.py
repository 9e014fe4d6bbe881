"""Real disks that are full or read-only: a clear line, nothing half-written, and it goes on."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cli

LARGE = "96m"


@dataclass(frozen=True)
class Disk:
    """A file system of its own, in memory."""

    folder: Path

    def change(self, options: str) -> None:
        """Mount it anew, for example with `size=100k` or `ro`."""
        _mount("-o", f"remount,{options}", str(self.folder))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk with room; skips the test where nobody may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={LARGE}", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may mount a disk")
    yield Disk(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@dataclass(frozen=True)
class Job:
    """A command that writes to a disk, how much of a disk is too small, and what it finishes."""

    arguments: Callable[[Path, Path, str], tuple[str, ...]]
    too_small: str
    finished: str


JOBS = {
    "synthesize": Job(
        lambda photographs, disk, _: (
            *("synthesize", str(photographs), f"{disk}/sets"),
            *("--samples", "6", "--shard-size", "1", "--workers", "1"),
        ),
        "200k",
        "*/*/*.done.json",
    ),
    "annotate": Job(
        lambda _, disk, dataset: ("annotate", dataset, "--output", f"{disk}/out"),
        "64k",
        "*/*/*.done.json",
    ),
    "train reasoner": Job(
        lambda _, disk, dataset: (
            *("train", "reasoner", dataset, f"{disk}/run"),
            *("--steps", "1", "--batch-size", "2"),
        ),
        "1m",
        "*/edge-reasoner.safetensors",
    ),
}
each_job = pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)


def rr(*arguments: str) -> tuple[int, list[str]]:
    """The exit code and the error lines; the output must not have a traceback."""
    result = CliRunner().invoke(cli.app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result.exit_code, [
        line for line in result.stderr.splitlines() if line.startswith("Error: ")
    ]


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file, hidden ones too."""
    found = (path for path in folder.rglob("*") if path.is_file())
    states = ((str(path.relative_to(folder)), path.stat()) for path in found)
    return {name: (state.st_size, state.st_mtime_ns) for name, state in states}


@each_job
def test_a_full_disk_is_named_and_the_next_run_goes_on(
    disk: Disk, photographs: Path, dataset: str, job: Job
) -> None:
    arguments = job.arguments(photographs, disk.folder, dataset)
    disk.change(f"size={job.too_small}")
    code, (line,) = rr(*arguments)
    assert code == 1
    assert line.startswith(f"Error: {disk.folder}/")
    assert "free some space and run the same command again" in line
    left = files(disk.folder)
    hidden = {name for name in left if "/." in f"/{name}"}
    kept = (".inputs-*", ".photographs*")  # on purpose, and whole
    assert all(any(map(Path(name).match, kept)) for name in hidden)
    finished = {name for name in left if Path(name).match(job.finished)}
    disk.change(f"size={LARGE}")
    assert rr(*arguments) == (0, [])
    now = files(disk.folder)
    assert all(now[name] == left[name] for name in finished)
    assert len([name for name in now if Path(name).match(job.finished)]) > len(finished)


@each_job
def test_a_read_only_disk_is_named(disk: Disk, photographs: Path, dataset: str, job: Job) -> None:
    disk.change("ro")
    code, (line,) = rr(*job.arguments(photographs, disk.folder, dataset))
    assert code == 1
    assert line.startswith(f"Error: {disk.folder}/")
    assert "Read-only file system; choose a folder that can be written" in line


def test_a_full_disk_for_temporary_files_is_named(
    disk: Disk, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
    disk.change("size=64k")
    arguments = ("synthesize", str(photographs), f"{tmp_path}/sets", "--samples", "2")
    code, (line,) = rr(*arguments)
    assert code == 1
    assert line.startswith(f"Error: {disk.folder}/rr-")
    assert "No space left on device; free some space and run the same command again" in line
    assert not files(disk.folder)
    disk.change(f"size={LARGE}")
    assert rr(*arguments) == (0, [])
