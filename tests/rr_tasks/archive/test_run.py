import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rr_tasks.archive.check import FolderError
from rr_tasks.archive.reconcile import CountsDisagreeError
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import finish, prepare
from rr_tasks.storage.atomic import partial_beside
from rr_tasks.storage.process import sign
from schemas.archive import Counts, RestoreParameters, RunSummary
from tests.kills import dead_sign

REPOSITORY = Path(__file__).parents[3]
HERE = Path(__file__).parent


def run(parameters: RestoreParameters, engine: Any) -> RunSummary:
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    return finish(parameters, plan, chunks, engine.identity)


def report(parameters: RestoreParameters) -> str:
    return Path(parameters.output, "_rr", "report.html").read_text()


def test_a_run_is_summed_up(parameters: RestoreParameters, archive: Path, engine: Any) -> None:
    (archive / "broken.jpg").write_bytes(b"")
    (archive / "notes.txt").write_text("ignored")
    summary = run(parameters, engine)
    assert summary.counts == summary.archive == Counts(restored=6, failed=1)
    assert (summary.found, summary.left_out) == (7, {".txt": 1})
    again = run(parameters, engine)
    assert again.counts == Counts(skipped=6, failed=1)
    assert again.archive == Counts(restored=6, failed=1)
    written = Path(parameters.output, "_rr", "run.json").read_text()
    assert RunSummary.model_validate_json(written) == again


def test_the_failure_list_has_names_and_reasons(
    parameters: RestoreParameters, archive: Path, engine: Any
) -> None:
    (archive / 'a "quoted", new\nline.jpg').write_bytes(b"")
    (archive / "b.png").write_text("Dear diary")
    summary = run(parameters, engine)
    assert pl.read_csv(summary.failures).rows() == [
        (r'a "quoted", new\nline.jpg', "the file is empty"),
        ("b.png", "the file is not an image of a known format"),
    ]


def test_an_unsound_run_is_not_summed_up(parameters: RestoreParameters, engine: Any) -> None:
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    with pytest.raises(CountsDisagreeError):
        finish(parameters, plan, chunks[:-1], engine.identity)
    shutil.rmtree(Path(parameters.output, "_rr", "ledger"))
    with pytest.raises(CountsDisagreeError):
        finish(parameters, plan, chunks, engine.identity)
    assert not Path(parameters.output, "_rr", "run.json").exists()


def test_unusable_folders_are_refused(parameters: RestoreParameters, tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        prepare(parameters.model_copy(update={"input": str(tmp_path / "nowhere")}))


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_report_stands_alone_and_shows_the_pairs(
    parameters: RestoreParameters, engine: Any
) -> None:
    run(parameters.model_copy(update={"previews": 2}), engine)
    text = report(parameters)
    page = Page(text)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
    assert not page.all("link")
    assert not any(script.get("src") for script in page.all("script"))
    images = page.all("img")
    assert len(images) == 4
    assert all((image["src"] or "").startswith("data:image/jpeg;base64,/9j/") for image in images)
    assert all(image["alt"] for image in images)
    sliders = [one for one in page.all("input") if one["type"] == "range"]
    assert len(sliders) == 2
    assert all(slider["aria-label"] for slider in sliders)
    assert "moderate noise (severity 40)" in text


def test_the_report_escapes_names(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    name = "<script>alert('x')<"
    (archive / f"{name}.jpg").write_bytes(b"")
    (archive / '0 "><img src=x>.jpg').write_bytes(make.jpeg(make.scene()))
    run(parameters, engine)
    text = report(parameters)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    page = Page(text)
    assert [one.get("id") for one in page.all("script")] == ["config", "rows", None]
    assert all((image["src"] or "").startswith("data:") for image in page.all("img"))


def test_undecodable_names_are_restored(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    raw = os.fsencode(archive) + b"/caf\xe9.jpg"
    try:
        Path(os.fsdecode(raw)).write_bytes(make.jpeg(make.scene()))
        Path(os.fsdecode(raw).replace("caf", "bad")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    summary = run(parameters, engine)
    assert summary.counts == Counts(restored=7, failed=1)
    assert b"caf\xe9.jpg" in os.listdir(os.fsencode(parameters.output))  # noqa: PTH208
    assert "bad%E9.jpg" in report(parameters)


KILLED = """
import runpy, sys, time
from rr_tasks.archive.run import prepare
from rr_tasks.archive.restore import restore_chunk
from schemas.archive import RestoreParameters

double = runpy.run_path(sys.argv[1])["DarkeningEngine"]

class Slow(double):
    def restore(self, pixels, prior):
        time.sleep(0.03)
        return super().restore(pixels, prior)

parameters = RestoreParameters.model_validate_json(sys.argv[2])
for chunk in prepare(parameters).chunks:
    restore_chunk(chunk, parameters, Slow())
"""


def outputs(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and "_rr" not in path.parts
    }


def start(parameters: RestoreParameters, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    command = [*prefix, sys.executable, "-c", KILLED, str(HERE / "conftest.py")]
    return subprocess.Popen(
        [*command, parameters.model_dump_json()],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_killed_run_is_finished_by_the_next_one(
    parameters: RestoreParameters, archive: Path, tmp_path: Path, engine: Any, make: Any
) -> None:
    for number in range(24):
        (archive / f"{number}.jpg").write_bytes(make.jpeg(make.scene(40, 30)))
    undisturbed = parameters.model_copy(update={"output": str(tmp_path / "undisturbed")})
    run(undisturbed, engine)

    ledger = Path(parameters.output, "_rr", "ledger", "00001.jsonl")
    process = start(parameters)
    deadline = time.monotonic() + 60
    while not (ledger.exists() and ledger.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, errors
    left = partial_beside(Path(parameters.output) / "_rr" / "unfinished" / "a.jpg")
    left.with_name(left.name.replace(sign(), dead_sign())).write_bytes(b"half")

    summary = run(parameters, engine)
    assert summary.counts.total == 30
    assert 4 < summary.counts.skipped < 30
    assert summary.counts.failed == 0
    assert summary.archive == Counts(restored=30)
    assert outputs(Path(parameters.output)) == outputs(Path(undisturbed.output))
    assert not list(Path(parameters.output).rglob("*.part"))


def test_a_disk_that_is_really_full_stops_the_run_with_one_clear_error(
    parameters: RestoreParameters, archive: Path, tmp_path: Path, make: Any
) -> None:
    for number in range(40):
        (archive / f"{number}.jpg").write_bytes(make.jpeg(make.scene(400, 300)))
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=300k rr {disk} && exec "$@"'
    alone = ("unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh")
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("no private mounts here")
    process = start(parameters.model_copy(update={"output": str(disk / "out")}), alone)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    last = errors.strip().splitlines()[-1]
    assert "StorageStoppedError" in last
    assert "No space left on device; free some space" in last


def test_a_deleted_preview_does_not_cost_the_report(
    parameters: RestoreParameters, engine: Any
) -> None:
    run(parameters, engine)
    shutil.rmtree(Path(parameters.output, "_rr", "previews"))
    run(parameters, engine)
    assert "Before and after" not in report(parameters)
