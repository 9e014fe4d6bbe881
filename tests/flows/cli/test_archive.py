"""`rr status` and `rr undo`."""

from pathlib import Path

from schemas.status import ArchiveStatus
from tests.commands import Rr, only_error


def test_an_archive_is_looked_at_and_undone(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for path in photographs.iterdir():
        (source / path.name).write_bytes(path.read_bytes())
    (source / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    rr("restore", source, out, "--keep", "haze", "--strength", "0.5", "--allow-loss", code=1)
    shown = rr("status", out).stdout
    assert "4 photographs planned: " in shown
    assert "1 failed, 0 left" in " ".join(shown.split())
    assert ", 4 photographs found\n" in shown
    assert "Failed: broken.jpg: " in shown
    assert "keep haze, strength 0.5, allow loss" in shown
    status = ArchiveStatus.model_validate_json(rr("status", out, "--json").stdout)
    assert (status.planned, status.left, status.counts.failed) == (4, 0, 1)
    asked = rr("undo", out, code=1).stdout  # nobody answers
    assert "Remove 3 photographs with diagnoses and report from" in asked
    assert len(list(out.glob("*.png"))) == 3
    changed = next(out.glob("*.png"))
    changed.write_bytes(b"painted over")
    shown = rr("undo", out, "--yes").stdout
    assert "Removed: 2 photographs, 3 diagnoses, the report and the ledgers" in shown
    assert f"May have changed since, and was not removed: {changed.name}" in shown
    assert list(out.iterdir()) == [changed]
    for command in ("status", "undo"):
        assert "holds no restored archive" in only_error(rr(command, out, code=1))
