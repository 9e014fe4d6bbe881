import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from flows import cli
from rr_tasks.archive.ledger import last_rows
from rr_tasks.samples import sample_photographs
from rr_tasks.storage.folders import open_folder
from schemas.archive import LedgerRow
from tests.commands import Rr, files_of_at_most, only_error
from tests.odd_files import huge_png

ROOT = Path(__file__).parents[3]


@pytest.fixture
def mixed(photographs: Path, tmp_path: Path) -> Path:
    """Three photographs in two folders, an empty one, a text, and a file that is none of it."""
    folder = tmp_path / "mixed"
    (folder / "more").mkdir(parents=True)
    for place, path in zip(("", "", "more"), sorted(photographs.iterdir()), strict=True):
        (folder / place / path.name).write_bytes(path.read_bytes())
    (folder / "zero.jpg").touch()
    (folder / "more" / "text.png").write_text("hello")
    (folder / "notes.txt").write_text("hello")
    return folder


def test_restoring_quarantines_what_it_cannot_read(rr: Rr, mixed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = rr("restore", mixed, out, code=1)
    assert "5 photographs: " in result.stdout
    assert "2 failed" in " ".join(result.stdout.split())
    good = sorted(path.relative_to(mixed) for path in mixed.rglob("*__*.png"))
    assert sorted(path.relative_to(out) for path in out.rglob("*__*.png")) == good
    assert len(good) == 3
    failures = out / "_rr" / "failures.csv"
    assert str(failures) in result.stdout
    assert [line.split(",")[0] for line in failures.read_text().splitlines()[1:]] == [
        "more/text.png",
        "zero.jpg",
    ]


def test_what_takes_too_much_memory_is_named(rr: Rr, mixed: Path, tmp_path: Path) -> None:
    (mixed / "claims.png").write_bytes(huge_png(10_000))
    rr("restore", mixed, tmp_path / "out", "--max-memory", 256, code=1)
    failures = (tmp_path / "out/_rr/failures.csv").read_text()
    assert 'claims.png,"it takes 572 MiB of memory or more, and the limit is 256 MiB' in failures


def test_restoring_again_skips_everything(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = rr("restore", photographs, out).stdout
    assert "done before" not in first
    assert "Failures" not in first
    times = {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert len(times) == 3
    again = rr("restore", photographs, out).stdout
    assert "3 photographs: 0 restored, 3 done before, 0 failed" in again
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.png")} == times


def test_looks_that_are_meant_stay(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    clean = cv2.imread(str(sorted(photographs.iterdir())[0]))
    noise = np.random.default_rng(0).normal(0, 30, clean.shape)
    (tmp_path / "in").mkdir()
    cv2.imwrite(str(tmp_path / "in" / "noisy.png"), (clean + noise).clip(0, 255).astype(np.uint8))
    looks = [word for look in ("haze", "blur", "rain", "noise") for word in ("--keep", look)]
    shown = rr("restore", tmp_path / "in", tmp_path / "out", *looks).stdout
    assert "1 photograph: 0 restored, 1 kept on request, 0 failed" in shown
    result = rr("restore", photographs, tmp_path / "out", "--keep", "fog", code=2)
    assert "--keep knows haze, blur, rain, noise, not 'fog'" in result.stderr


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--edit-prior", "fog.severity=1"], "fog.severity begins with no degradation; name haze"),
        (["--edit-prior", "haze.severity=140"], "less than or equal to 100, not 140"),
        (["--edit-prior", "blur.kind=odd"], "'motion', 'defocus' or 'gaussian', not 'odd'"),
        (["--edit-prior", "haze.severity"], "--edit-prior takes PATH=VALUE, not 'haze.severity'"),
        (
            ["--edit-prior", "haze.severity=0", "--edit-prior", "haze.severity=5"],
            "--edit-prior sets haze.severity twice; leave one of them out",
        ),
        (["--strength", "haze=0.5", "--strength", "haze=0.7"], "--strength sets haze twice"),
        (["--strength", "0.5", "--strength", "0.5"], "--strength sets strength twice"),
        (["--strength", "fog=0.5"], "--strength knows haze, blur, rain, noise, not 'fog'"),
        (["--strength", "haze=2"], "--strength takes 0-1 or TYPE=0-1, not 'haze=2'"),
        (["--strength", "much"], "--strength takes 0-1 or TYPE=0-1, not 'much'"),
    ],
)
def test_edits_and_strengths_that_cannot_be_are_refused_before_anything_starts(
    rr: Rr, photographs: Path, tmp_path: Path, options: list[str], complaint: str
) -> None:
    result = rr("restore", photographs, tmp_path / "out", *options, code=2)
    assert complaint in " ".join(result.stderr.replace("│", "").split())
    assert not (tmp_path / "out").exists()


def test_edits_and_strengths_change_what_is_undone(rr: Rr, tmp_path: Path) -> None:
    """In a photograph with much noise, which the real models find and undo."""
    sample = cv2.imread(str(Path(sample_photographs(), "explore_world_animals__lemur.webp")))
    small = cv2.resize(sample, (200, 160), interpolation=cv2.INTER_AREA)
    noisy = small + np.random.default_rng(0).normal(0, 40, small.shape)
    source, out = tmp_path / "noisy.png", tmp_path / "out"
    cv2.imwrite(str(source), noisy.clip(0, 255))

    def restored(*options: object) -> np.ndarray:
        rr("restore", source, out, *options)
        return cv2.imread(str(out / "noisy.png")).astype(int)

    def last_row() -> LedgerRow:
        return last_rows(open_folder(str(out)), "00000")["noisy.png"]

    whole = restored()
    assert last_row().strengths["noise"] == 1.0
    assert np.array_equal(restored("--strength", "noise=1"), whole)
    less = restored("--strength", "noise=0.5")
    assert last_row().strengths["noise"] == 0.5
    kept = restored("--keep", "noise")
    assert "noise" not in last_row().strengths
    assert np.array_equal(restored("--strength", "noise=0"), kept)
    assert np.array_equal(restored("--edit-prior", "noise.severity=0"), kept)
    assert np.all((less - kept) * (less - whole) <= 0)
    assert not np.array_equal(whole, kept)
    assert not np.array_equal(restored("--edit-prior", "noise.severity=20"), whole)
    shown = " ".join(rr("status", out).stdout.split())
    assert "edit prior noise.severity 20.0" in shown


def test_folders_that_cannot_be_used_are_one_line(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    out, inside = tmp_path / "out", photographs / "out"
    for source, output, words in (
        (tmp_path / "none", out, "does not exist"),
        (tmp_path / "empty", out, "holds no photographs"),
        (photographs, inside, "lies inside the input folder"),
        (photographs, photographs, "are the same folder"),
        (photographs, tmp_path / "file", "is a file, not a folder"),
        (photographs, tmp_path / "file" / "out", "cannot be used"),
    ):
        assert words in only_error(rr("restore", source, output, code=1))
    assert not inside.exists()
    assert not out.exists()


def test_a_read_only_output_is_one_line(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    if os.access(out, os.W_OK):  # for root every folder is writable, save those of the kernel
        out = Path("/proc/out")
    assert f"{out} cannot be used: " in only_error(rr("restore", photographs, out, code=1))
    result = rr("synthesize", photographs, out, "--samples", "2", code=1)
    assert str(out) in only_error(result)


def test_a_full_disk_is_one_line_and_the_next_run_goes_on(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    out, sets = tmp_path / "out", tmp_path / "sets"
    with files_of_at_most(8_000):
        line = only_error(rr("restore", photographs, out, "--threshold", "100", code=1))
        assert line.startswith(f"{out}/")
        assert "File too large" in line
        line = only_error(rr("synthesize", photographs, sets, "--samples", "2", code=1))
        assert "File too large" in line
    assert not list(out.glob("*.png"))
    assert not list(sets.rglob("*.tar"))
    assert "0 failed" in " ".join(rr("restore", photographs, out).stdout.split())
    rr("synthesize", photographs, sets, "--samples", "2")


def test_what_a_full_disk_asks_for_is_said() -> None:
    from flows.cli.failure import explain

    full = OSError(errno.ENOSPC, "No space left on device", "/data/0.tar")
    assert explain(full).startswith("/data/0.tar: No space left on device; free some space")
    assert explain(OSError("odd")) == "odd"
    assert explain(PermissionError()) == "PermissionError"
    assert explain(PermissionError(13, "Permission denied", "/x")) == "/x: Permission denied"


def test_options_out_of_range_are_named(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for option, value, name in (
        ("--threshold", 200, "--threshold: "),
        ("--max-pixels", 0, "--max-pixels: "),
        ("--max-seconds", 0, "--max-seconds: "),
        ("--max-memory", 1, "--max-memory: "),
    ):
        result = rr("restore", photographs, out, option, value, code=2)
        assert only_error(result).startswith(name)
    for arguments, name in (
        (("--samples", -1), "--samples"),
        (("--shard-size", 0), "--shard-size"),
        (("--workers", 0), "--workers"),
    ):
        result = rr("synthesize", photographs, out, *arguments, code=2)
        assert only_error(result).startswith(f"{name}: should be greater than 0")
    result = rr("train", "reasoner", photographs, out, "--learning-rate", 0, code=2)
    assert only_error(result).startswith("--learning-rate: ")
    assert not out.exists()


@pytest.mark.usefixtures("unreachable_server")
def test_an_unreachable_server_is_one_line(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    line = only_error(rr("synthesize", photographs, tmp_path, "--samples", "2", code=1))
    assert line.startswith("the Prefect server at http://127.0.0.1:9/api does not answer")


def test_ctrl_c_ends_with_a_short_line_and_the_next_run_goes_on(photographs: Path) -> None:
    """The real signal, sent to the real process in the middle of a photograph's restoration."""
    folder = photographs.parent / "interrupted"
    ledger = folder / "_rr" / "ledger" / "00000.jsonl"
    command = [sys.executable, "-c", _SLOW_RESTORE, "restore", str(photographs), str(folder)]
    process = subprocess.Popen(
        [*command, "--workers", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (ledger.is_file() and b"\n" in ledger.read_bytes()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, shown = process.communicate(timeout=30)
    assert process.returncode == 130, shown
    assert shown.rstrip().endswith("Stopped. Run the same command again to resume.")
    assert "Traceback" not in shown
    done = {path: path.stat().st_mtime_ns for path in folder.glob("*.png")}
    assert len(done) == 1
    result = CliRunner().invoke(cli.app, ["restore", str(photographs), str(folder)])
    assert result.exit_code == 0, result.output
    assert all(path.stat().st_mtime_ns == before for path, before in done.items())
    assert len(list(folder.glob("*.png"))) == 3
    counts = json.loads((folder / "_rr" / "run.json").read_text())["counts"]
    assert counts["skipped"] == 1


_SLOW_RESTORE = """
import itertools
import time
from flows.cli import main
from rr_tasks.engine import Engine
diagnose, calls = Engine.diagnose, itertools.count(1)
def slow(self, pixels):
    time.sleep(60 if next(calls) == 2 else 0)
    return diagnose(self, pixels)
Engine.diagnose = slow
main()
"""


def test_what_is_left_out_or_copied_beside_photographs_is_counted(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    archive, out = tmp_path / "in", tmp_path / "out"
    shutil.copytree(photographs, archive)
    first, second, third = sorted(path.stem for path in archive.iterdir())
    (archive / "@eaDir").mkdir()
    (archive / f"{third}.png").rename(archive / "@eaDir" / f"{third}.png")
    for name in (f"{first}.xmp", f"{first}.MOV", "film.mov", "notes.txt"):
        (archive / name).write_bytes(b"x")
    said = rr("restore", archive, out, "--companions", "--exclude", f"{second}.*").stdout
    assert "1 photograph:" in said
    assert "2 companions copied, 0 done before" in said
    assert "Left out: 1 .mov, 1 .txt, 1 excluded, 1 system or hidden" in said
    assert (out / f"{first}.xmp").read_bytes() == b"x"
    assert not (out / f"{second}.png").exists()
    more = rr("restore", archive, out, "--companions", "--include", "@eaDir/").stdout
    assert "3 photographs:" in more
    assert "0 companions copied, 2 done before" in more
