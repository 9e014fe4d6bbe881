import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from flows import cli
from rr_tasks.storage.names import to_text
from rr_tasks.weights.file import hash_weights, locate_shipped
from schemas.diagnosis import Diagnosis

ROOT = Path(__file__).parents[2]
Rr = Callable[..., Result]


@pytest.fixture
def rr() -> Rr:
    """Runs the command line in this process; a traceback fails the test."""

    def run(*arguments: object, code: int = 0) -> Result:
        result = CliRunner().invoke(
            cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "100"}
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return run


def error_lines(result: Result) -> list[str]:
    return [line for line in result.stderr.splitlines() if line.startswith("Error: ")]


def only_error(result: Result) -> str:
    (line,) = error_lines(result)
    return line.removeprefix("Error: ")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The system refuses to write more, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def leaves(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for child, value in command.commands.items():
            yield from leaves(value, f"{name} {child}".strip())
    else:
        yield name, command


COMMANDS = [name for name, _ in leaves(typer.main.get_command(cli.app))]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(rr: Rr, command: str) -> None:
    text = rr(*command.split(), "--help").stdout
    assert f"rr {command} " in text.split("Example:")[1]
    assert "[bold]" not in text


def test_the_commands_are_these() -> None:
    wanted = {"diagnose", "restore", "synthesize", "annotate", "evaluate", "pipeline"}
    assert wanted | {"train reasoner", "train restorer"} <= set(COMMANDS)


def test_help_answers_without_the_heavy_imports() -> None:
    code = (
        "import sys; sys.argv = ['rr', '--help']\n"
        "from flows.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'torch', 'prefect', 'cv2'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert "Start here: rr diagnose PHOTO and rr restore FOLDER RESTORED" in shown
    assert shown.endswith("[]\n")


def test_a_diagnosis_is_readable(rr: Rr, photographs: Path) -> None:
    photo = sorted(photographs.iterdir())[0]
    shown = rr("diagnose", photo).stdout
    for word in ("haze", "blur", "rain", "noise", "Severity", "Scene", "Reasoning", "Undo"):
        assert word in shown
    assert f"{photo.name}(144x128)" in "".join(shown.split())  # lines may break anywhere


def test_diagnoses_for_scripts_are_lines_of_paths_and_priors(rr: Rr, photographs: Path) -> None:
    paths = sorted(photographs.iterdir())
    lines = rr("diagnose", "--json", *paths).stdout.splitlines()
    diagnoses = [Diagnosis.model_validate_json(line) for line in lines]
    assert [diagnosis.path for diagnosis in diagnoses] == list(map(str, paths))
    for prior in (diagnosis.prior for diagnosis in diagnoses):
        assert (prior.image.width, prior.image.height) == (144, 128)
        assert prior.provenance.weights_sha256 == hash_weights(locate_shipped("edge-reasoner"))


def test_a_name_that_is_no_text_can_be_diagnosed(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    (tmp_path / name).write_bytes(next(photographs.iterdir()).read_bytes())
    (line,) = rr("diagnose", "--json", tmp_path / name).stdout.splitlines()
    assert Diagnosis.model_validate_json(line).path == to_text(str(tmp_path / name))
    assert "caf%E9.png" in "".join(rr("diagnose", tmp_path / name).stdout.split())


def test_what_is_no_photograph_does_not_stop_the_others(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    photo = sorted(photographs.iterdir())[0]
    (tmp_path / "zero.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "cut.png").write_bytes(photo.read_bytes()[:900])
    bad = [tmp_path / name for name in ("zero.jpg", "text.jpg", "cut.png", "none.jpg")]
    result = rr("diagnose", "--json", *bad, photographs, photo, code=1)
    assert len(result.stdout.splitlines()) == 1
    errors = error_lines(result)
    for path, error in zip([*bad, photographs], errors, strict=True):
        assert error.startswith(f"Error: {path}: ")
    assert errors[0].endswith("the file is empty")
    assert errors[1].endswith("the file is not a JPEG, PNG, WebP, TIFF or BMP image")
    assert errors[3].endswith("no such file")
    assert errors[4].endswith("Is a directory")


@pytest.mark.parametrize("other", ["missing", "text", "folder", "restorer"])
def test_unusable_weights_are_one_line(
    rr: Rr, photographs: Path, tmp_path: Path, other: str
) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "folder").mkdir()
    path = locate_shipped("edge-restorer") if other == "restorer" else tmp_path / other
    photo = sorted(photographs.iterdir())[0]
    result = rr("diagnose", photo, "--reasoner", path, code=1)
    assert only_error(result).startswith(f"{path}: ")
    assert "weights" in only_error(result)
    assert not result.stdout
    swapped = locate_shipped("edge-reasoner") if other == "restorer" else path
    result = rr("restore", photographs, tmp_path / "out", "--restorer", swapped, code=1)
    assert only_error(result).startswith(f"{swapped}: ")


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
    assert "2 failed" in result.stdout
    good = sorted(path.relative_to(mixed) for path in mixed.rglob("*__*.png"))
    assert sorted(path.relative_to(out) for path in out.rglob("*__*.png")) == good
    assert len(good) == 3
    failures = out / "_rr" / "failures.csv"
    assert str(failures) in result.stdout
    assert [line.split(",")[0] for line in failures.read_text().splitlines()[1:]] == [
        "more/text.png",
        "zero.jpg",
    ]


def test_restoring_again_skips_everything(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = rr("restore", photographs, out).stdout
    assert "0 done before, 0 failed" in first
    assert "Failures" not in first
    times = {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert len(times) == 3
    again = rr("restore", photographs, out).stdout
    assert "0 restored, 0 needed nothing, 3 done before, 0 failed" in again
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.png")} == times


def test_looks_that_are_meant_stay(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    looks = [word for look in ("haze", "blur", "rain", "noise") for word in ("--keep", look)]
    shown = rr("restore", photographs, tmp_path / "out", *looks).stdout
    assert "0 restored, 3 needed nothing" in shown
    result = rr("restore", photographs, tmp_path / "out", "--keep", "fog", code=2)
    assert "--keep knows haze, blur, rain, noise, not 'fog'" in result.stderr


def test_folders_that_cannot_be_used_are_one_line(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    out, inside = tmp_path / "out", photographs / "out"
    for source, output, words in (
        (tmp_path / "none", out, "does not exist"),
        (tmp_path / "empty", out, "holds no photographs"),
        (tmp_path / "file", out, "is not a folder"),
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
        assert f"cannot write {out}/" in line
        line = only_error(rr("synthesize", photographs, sets, "--samples", "2", code=1))
        assert "File too large" in line
    assert not list(out.glob("*.png"))
    assert not list(sets.rglob("*.tar"))
    assert "0 failed" in rr("restore", photographs, out).stdout
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


def test_a_data_set_is_made_and_annotated_beside_itself(
    rr: Rr, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rr("synthesize", photographs, tmp_path / "sets", "--samples", "3", "--shard-size", "2")
    folder = Path(made.stdout.strip())
    assert sorted(path.name for path in folder.glob("*.tar")) == ["00000.tar", "00001.tar"]
    assert rr("synthesize", photographs, tmp_path / "sets", "--samples", "3", "--shard-size", "2")
    annotations = Path(rr("annotate", folder).stdout.strip())
    assert annotations.parent == folder.parent
    assert annotations.name.startswith("annotations-")
    monkeypatch.chdir(folder)
    assert Path(rr("annotate", ".").stdout.strip()) == annotations


def test_folders_without_clean_photographs_are_one_line(rr: Rr, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out"
    for folder, words in (("none", "no such folder"), ("empty", "no photographs here")):
        path = tmp_path / folder
        for command in ("synthesize", "evaluate"):
            line = only_error(rr(command, path, out, code=1))
            assert line.startswith(f"{path}: {words}")
    assert not out.exists()


def test_folders_that_are_no_data_set_are_one_line(
    rr: Rr, photographs: Path, dataset: str, tmp_path: Path
) -> None:
    out, none = tmp_path / "out", tmp_path / "none"
    for folder in (none, photographs):
        assert only_error(rr("annotate", folder, code=1)).startswith(f"{folder}: no data set here")
        for arguments in (("reasoner", folder), ("restorer", folder, folder)):
            line = only_error(rr("train", *arguments, out, code=1))
            assert line.startswith(f"{folder}: no ")
    line = only_error(rr("train", "restorer", dataset, photographs, out, code=1))
    assert line.startswith(f"{photographs}: no annotations here")


def test_folders_in_the_wrong_order_are_one_line(rr: Rr, dataset: str, tmp_path: Path) -> None:
    annotations = rr("annotate", dataset, "--output", tmp_path).stdout.strip()
    assert "not written by `rr synthesize`" in only_error(rr("annotate", annotations, code=1))
    run = tmp_path / "run"
    line = only_error(rr("train", "reasoner", annotations, run, code=1))
    assert line.startswith(f"{annotations}/spec.json: not written by `rr synthesize`")
    line = only_error(rr("train", "restorer", annotations, dataset, run, code=1))
    assert "not written by `rr annotate`" in line


def test_a_training_that_could_not_begin_does_not_keep_its_folder(
    rr: Rr, photographs: Path, dataset: str, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    rr("train", "reasoner", photographs, run, "--steps", 1, code=1)
    made = rr("train", "reasoner", dataset, run, "--steps", 1, "--batch-size", 2).stdout.strip()
    assert Path(made) == run / "edge-reasoner.safetensors"
    assert Path(made).exists()
    line = only_error(rr("train", "reasoner", dataset, run, "--steps", 2, code=1))
    assert "holds a training run with other settings" in line


def test_a_training_on_a_full_disk_is_one_line_and_goes_on(
    rr: Rr, dataset: str, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    command = ("train", "reasoner", dataset, run, "--steps", 1, "--batch-size", 2)
    with files_of_at_most(100_000):
        line = only_error(rr(*command, code=1))
        assert line.startswith(f"{run}/checkpoint.pt: cannot be written at step 1")
    assert sorted(path.name for path in run.iterdir()) == ["log.jsonl", "run.json"]
    rr(*command)
    made = run / "edge-reasoner.safetensors"
    made.unlink()
    with files_of_at_most(100_000):
        assert only_error(rr(*command, code=1)).startswith(f"{made}: File too large")
    rr(*command)
    assert made.exists()


def test_a_pipeline_finds_out_early_that_a_folder_is_wrong(
    rr: Rr, photographs: Path, heldout: Path, tmp_path: Path
) -> None:
    out, none = tmp_path / "out", tmp_path / "none"
    line = only_error(rr("pipeline", photographs, photographs, out, code=1))
    assert "keep the two folders apart" in line
    line = only_error(rr("pipeline", photographs, none, out, code=1))
    assert line.startswith(f"{none}: no such folder")
    line = only_error(rr("pipeline", photographs, heldout, out, "--archive", none, code=1))
    assert f"{none} does not exist" in line
    assert not out.exists()


@pytest.mark.usefixtures("unreachable_server")
def test_an_unreachable_server_is_one_line(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    line = only_error(rr("synthesize", photographs, tmp_path, "--samples", "2", code=1))
    assert line.startswith("the Prefect server at http://127.0.0.1:9/api does not answer")


def test_ctrl_c_ends_with_a_short_line_and_the_next_run_goes_on(photographs: Path) -> None:
    """The real signal, sent to the real process in the middle of a photograph's restoration."""
    folder = photographs.parent / "interrupted"
    command = [sys.executable, "-c", _SLOW_RESTORE, "restore", str(photographs), str(folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not list(folder.glob("*.png")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, shown = process.communicate(timeout=30)
    assert process.returncode == 130, shown
    assert shown.rstrip().endswith("Stopped. Run the same command again to go on.")
    assert "Traceback" not in shown
    done = {path: path.stat().st_mtime_ns for path in folder.glob("*.png")}
    assert 1 <= len(done) < 3
    result = CliRunner().invoke(cli.app, ["restore", str(photographs), str(folder)])
    assert result.exit_code == 0, result.output
    assert all(path.stat().st_mtime_ns == before for path, before in done.items())
    assert len(list(folder.glob("*.png"))) == 3
    counts = json.loads((folder / "_rr" / "run.json").read_text())["counts"]
    assert counts["skipped"] == len(done)


_SLOW_RESTORE = """
import time
from flows.cli import main
from rr_tasks.engine import Engine
diagnose, calls = Engine.diagnose, []
def slow(self, pixels):
    calls.append(1)
    time.sleep(60 if len(calls) == 2 else 0)
    return diagnose(self, pixels)
Engine.diagnose = slow
main()
"""


def test_a_held_out_photograph_that_cannot_be_used_is_told(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    heldout = tmp_path / "heldout"
    heldout.mkdir()
    shutil.copy(sorted(photographs.iterdir())[0], heldout)
    (heldout / "broken.jpg").write_text("hello")
    result = rr("evaluate", heldout, tmp_path / "out", code=1)
    assert (
        result.stdout.count(
            "Not used: broken.jpg: the file is not a JPEG, PNG, WebP, TIFF or BMP image"
        )
        == 1
    )
    assert "Examples" in result.stdout


def test_files_that_synthesis_cannot_use_are_named_once(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed"
    shutil.copytree(photographs, mixed)
    (mixed / "torn.jpg").write_text("hello")
    result = rr("synthesize", mixed, tmp_path / "sets", "--samples", "16", code=1)
    errors = error_lines(result)
    assert errors[0] == "Error: torn.jpg: the file is not a JPEG, PNG, WebP, TIFF or BMP image"
    assert errors[1].startswith("Error: 1 file could not be used; ")
    assert len(errors) == 2
