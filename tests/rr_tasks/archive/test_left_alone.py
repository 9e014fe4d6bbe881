from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips

from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import finish, prepare
from rr_tasks.archive.status import inspect_archive
from rr_tasks.photographs.negative import Negative
from rr_tasks.photographs.photograph import Photograph
from rr_tasks.priors import without_maps
from rr_tasks.storage.folders import open_folder
from schemas.archive import Counts, LedgerRow, RestoreParameters
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior

ONE = "2019/IMG_1.jpg"


def run(parameters: RestoreParameters, engine: Any) -> Counts:
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    return finish(parameters, plan, chunks, engine.identity).counts


def rows(parameters: RestoreParameters) -> dict[str, LedgerRow]:
    output = open_folder(parameters.output)
    return {k: row for chunk in chunk_ids(output) for k, row in last_rows(output, chunk).items()}


def tree(root: Path, suffix: str = ".jpg") -> dict[str, bytes]:
    paths = (path for path in root.rglob(f"*{suffix}") if "_rr" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def unsure(prior: DiagnosticPrior, probability: float) -> DiagnosticPrior:
    noise = prior.noise.model_copy(update={"probability": probability})
    return prior.model_copy(update={"noise": noise})


@pytest.mark.parametrize(
    ("settings", "noise", "probability", "status"),
    [
        ({}, 0.0, None, "clean"),
        ({}, 9.0, None, "clean"),
        ({}, 40.0, 0.6, "uncertain"),
        ({"keep": ("noise",)}, 40.0, 0.9, "kept"),
    ],
)
def test_each_reason_to_leave_photographs_alone_has_a_count_and_the_whole_diagnosis_is_kept(
    parameters: RestoreParameters,
    archive: Path,
    engine: Any,
    engine_like: Any,
    settings: dict[str, Any],
    noise: float,
    probability: float | None,
    status: str,
) -> None:
    class Unsure(engine_like):  # type: ignore[misc]
        def diagnose(self, pixels: Any) -> DiagnosticPrior:
            found: DiagnosticPrior = super().diagnose(pixels)
            return found if probability is None else unsure(found, probability)

    run(parameters, engine)  # leaves restored photographs behind
    asked, left = parameters.model_copy(update=settings), Unsure("double-2", noise=noise)
    assert run(asked, left) == Counts(**{status: 6})
    assert left.restored == []
    output = Path(parameters.output)
    assert tree(output) == tree(archive)
    assert {row.status for row in rows(asked).values()} == {status}
    assert rows(asked).keys() == tree(archive).keys()
    for name, row in rows(asked).items():
        assert row.prior == without_maps(load_prior((output / f"{name}.prior.json").read_bytes()))
        assert row.prior.noise.severity == noise
    assert run(asked, Unsure("double-2", noise=noise)) == Counts(skipped=6)


def test_nobody_acts_on_a_guess(
    parameters: RestoreParameters, archive: Path, engine_like: Any
) -> None:
    class Guessing(engine_like):  # type: ignore[misc]
        def explain_guess(self, pixels: Any) -> str | None:
            return "too little detail to diagnose" if pixels.shape[1] == 21 else None

    assert run(parameters, Guessing()) == Counts(restored=5, uncertain=1)
    row = rows(parameters)[ONE]
    assert (row.status, row.reason) == ("uncertain", "too little detail to diagnose")
    assert row.prior is not None
    assert Path(parameters.output, ONE).read_bytes() == (archive / ONE).read_bytes()


def test_what_is_no_better_for_being_restored_is_copied_with_the_reason(
    parameters: RestoreParameters, archive: Path, engine_like: Any
) -> None:
    class Half(engine_like):  # type: ignore[misc]
        """Darkens a little, which does some good in photographs of one size only."""

        def expect_severities(self, pixels: Any) -> Any:
            done = pixels.shape[1] == 21 and pixels.mean() < self.mean - 1
            return np.array([0.0, 0.0, 0.0, 29.0 if done else 40.0])

        def diagnose(self, pixels: Any) -> DiagnosticPrior:
            self.mean = pixels.mean()
            return super().diagnose(pixels)

        def restore(self, pixels: Any, prior: DiagnosticPrior) -> Any:
            super().restore(pixels, prior)
            return pixels - pixels // 10

    judged = parameters.model_copy(update={"verify": True, "workers": 1})
    assert run(judged, Half()) == Counts(restored=1, unimproved=5)
    found = rows(judged)
    half = found.pop(ONE)
    assert half.strengths == {"noise": 0.5}
    assert half.reason == "applied by 50%, because 72% of the severity of noise is left"
    for name, row in found.items():
        assert (row.status, row.strengths) == ("unimproved", {})
        assert row.reason == "not restored, because the severity of noise did not fall"
        assert Path(parameters.output, name).read_bytes() == (archive / name).read_bytes()
    report = Path(parameters.output, "_rr/report.html").read_text()
    assert "not improved by restoring" in report
    assert "because the severity of noise did not fall" in report
    assert run(judged, Half()) == Counts(skipped=6)
    assert inspect_archive(parameters.output).counts == Counts(restored=1, unimproved=5)


@pytest.fixture
def with_losses(unconfined: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Restored photographs of 21 x 16 would lack something."""
    develop = Negative.develop

    def losing(self: Negative) -> Photograph:
        lost = ("gain map", "video") if self.image.width == 21 else ()
        return replace(develop(self), lost=lost)

    monkeypatch.setattr(Negative, "develop", losing)


@pytest.mark.usefixtures("with_losses")
def test_a_photograph_that_would_lose_something_is_protected_unless_that_is_allowed(
    parameters: RestoreParameters, archive: Path, engine: Any, engine_like: Any
) -> None:
    assert run(parameters, engine) == Counts(restored=5, protected=1)
    row = rows(parameters)[ONE]
    assert (row.status, row.lost) == ("protected", ("gain map", "video"))
    assert row.prior is not None
    output, original = Path(parameters.output, ONE), Path(archive, ONE).read_bytes()
    assert output.read_bytes() == original
    assert run(parameters, engine) == Counts(skipped=6)
    allowed = parameters.model_copy(update={"allow_loss": True})
    assert run(allowed, engine) == Counts(restored=6)
    assert (rows(allowed)[ONE].status, rows(allowed)[ONE].lost) == ("restored", row.lost)
    assert output.read_bytes() != original
    assert run(parameters, engine_like("clean", noise=0.0)) == Counts(clean=6)
    assert rows(parameters)[ONE].lost == ()  # a copy lacks nothing


@pytest.mark.usefixtures("unconfined")
def test_an_output_of_another_format_has_another_name_and_replaces_the_earlier_copy(
    parameters: RestoreParameters,
    archive: Path,
    engine: Any,
    engine_like: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(parameters, engine_like("double-2", noise=0.0)) == Counts(clean=6)
    develop = Negative.develop
    monkeypatch.setattr(Negative, "develop", lambda self: replace(develop(self), suffix=".png"))
    output = Path(parameters.output)
    assert run(parameters, engine) == Counts(restored=6)
    assert tree(output, ".png").keys() == {f"{name}.png" for name in tree(archive)}
    assert not tree(output)
    assert rows(parameters)[ONE].output == f"{ONE}.png"
    assert run(parameters, engine) == Counts(skipped=6)
    (output / f"{ONE}.png").unlink()
    assert run(parameters, engine) == Counts(skipped=5, restored=1)
    assert run(parameters, engine_like("double-2", noise=0.0)) == Counts(clean=6)
    assert not tree(output, ".png")
    assert tree(output) == tree(archive)


def test_what_is_no_single_photograph_is_copied_with_the_reason(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    pages = pyvips.Image.arrayjoin([make.vips(make.scene(20, 16))] * 2, across=1)
    pages.write_to_file(str(archive / "pages.tif"), page_height=16)
    assert run(parameters, engine) == Counts(restored=6, protected=1)
    row = rows(parameters)["pages.tif"]
    assert row.prior is None
    assert "pages" in (row.reason or "")
    assert tree(Path(parameters.output), ".tif") == tree(archive, ".tif")
    assert run(parameters, engine) == Counts(skipped=7)


def test_failed_originals_are_copied_on_request_and_still_count_as_failed(
    parameters: RestoreParameters, archive: Path, engine_like: Any, make: Any
) -> None:
    class Broken(engine_like):  # type: ignore[misc]
        def restore(self, pixels: Any, prior: Any) -> Any:
            if pixels.shape[1] == 21:
                raise ValueError("out of range")
            return super().restore(pixels, prior)

    (archive / "damaged.jpg").write_bytes(b"\xff\xd8\xff")
    (archive / "lost.jpg").symlink_to("nowhere")
    with (archive / "huge.jpg").open("wb") as file:
        file.truncate(2 * 10**9)  # a hole, which takes no space
    output = Path(parameters.output)
    assert run(parameters, Broken()) == Counts(restored=5, failed=4)
    assert not {ONE, "damaged.jpg", "lost.jpg"} & tree(output).keys()
    row = rows(parameters)[ONE]
    assert row.prior == without_maps(load_prior((output / f"{ONE}.prior.json").read_bytes()))
    copying = parameters.model_copy(update={"copy_failed": True})
    for _ in range(2):
        assert run(copying, Broken()) == Counts(skipped=5, failed=4)
        for name in (ONE, "damaged.jpg"):
            assert tree(output)[name] == (archive / name).read_bytes()
            assert rows(copying)[name].output_size == (output / name).stat().st_size
        assert rows(copying)[ONE].reason == "ValueError: out of range"
    assert rows(copying)["lost.jpg"].output_size is None
    assert (rows(copying)["huge.jpg"].reason or "").endswith("; it is too large to be copied")
    assert run(parameters, engine_like()) == Counts(skipped=5, restored=1, failed=3)


def test_a_share_of_the_restoration_can_be_applied(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    picture = make.scene(40, 30)
    (archive / "whole.png").write_bytes(make.png(picture))
    found = {}
    for strength in (0.0, 0.25, 1.0):
        asked = parameters.model_copy(update={"strength": strength})
        assert run(asked, engine) == (Counts(restored=7) if strength else Counts(kept=7))
        path = f"{parameters.output}/whole.png"
        found[strength] = pyvips.Image.new_from_file(path, revalidate=True).numpy()
        if strength == 0.0:  # coding it once more would only harm it
            assert Path(path).read_bytes() == (archive / "whole.png").read_bytes()
    darker = picture - picture // 4
    assert np.array_equal(found[1.0], darker)
    assert np.abs(found[0.25] - (0.75 * picture + 0.25 * darker)).max() <= 0.5
