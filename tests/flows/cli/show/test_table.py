"""Whatever a table holds, it fits any terminal, and no word or number of it is split."""

import io
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from flows.bench import SynthesisSpeeds
from flows.cli.show.archive import show_status, show_undone
from flows.cli.show.benchmark import show_restoration_speeds, show_synthesis_speeds
from flows.cli.show.diagnosis import show
from flows.cli.show.fidelity import show_fidelity
from flows.cli.show.inspection import show_inspection
from flows.cli.show.promotion import show_verdict
from flows.cli.show.table import Column, print_columns, print_table
from rr_tasks.benchmarks.restoration import SETTINGS, RestorationSpeeds
from rr_tasks.benchmarks.speed import Speed
from rr_tasks.benchmarks.synthesis import SynthesisSpeed
from rr_tasks.inspection.survey import inspect
from schemas.archive import Counts, RestoreParameters, RunSummary
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.promotion import Verdict
from schemas.status import ArchiveStatus, UndoSummary

WIDTHS = (40, 57, 80, 100, 200)
INTERVAL = "0.912 (0.880-0.930)"


def console_of(width: int) -> Console:
    return Console(file=io.StringIO(), width=width, color_system=None)


def shown(console: Console) -> str:
    return console.file.getvalue()  # type: ignore[attr-defined]


def check(text: str, width: int, words: set[str]) -> None:
    assert max(map(len, map(str.rstrip, text.splitlines()))) <= width, text
    there = {word.rstrip(",") for word in text.split()}  # cards list their names with commas
    assert words <= there, words - there


QUALITY = pl.DataFrame(
    {
        "set": ["haze+blur+rain+noise", "all degraded"],
        "samples": [1_234_567, 10_000_000],
        **{
            name: [21.9487, -10.0]
            for name in ("psnr_before", "psnr_after", "gain_db", "share_worse", "ssim_after")
        },
    }
)
TYPES = pl.DataFrame(
    {
        "recipe": ["agenticir-like"] * 2,
        "type": ["haze", "noise"],
        **dict.fromkeys(
            ("recall", "balanced accuracy", "severity error, singles", "specificity"),
            [INTERVAL] * 2,
        ),
    }
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("frame", [QUALITY, TYPES], ids=["numbers", "words"])
def test_a_frame_fits_and_shows_every_value(frame: pl.DataFrame, width: int) -> None:
    console = console_of(width)
    print_table(console, "Figures", frame)
    cells = {f"{v:.3f}" if isinstance(v, float) else v for row in frame.rows() for v in row}
    words = {w for v in cells for w in (v if isinstance(v, str) else f"{v:,}").split()}
    check(shown(console), width, words)


def test_rows_stay_lines_while_two_columns_beside_their_names_fit() -> None:
    wide, narrow = console_of(80), console_of(30)
    print_table(wide, "Figures", TYPES)
    print_table(narrow, "Figures", TYPES)
    lines = shown(wide).splitlines()
    assert sum(line.startswith("agenticir-like   noise") for line in lines) == 2
    assert "agenticir-like, noise\n" in shown(narrow)
    assert "recall: 0.912 (0.880-0.930)" in shown(narrow)


def test_a_table_without_rows_has_headings() -> None:
    console = console_of(80)
    print_table(console, "Figures", QUALITY.head(0))
    assert "psnr before" in shown(console)


CELLS = st.text("ab1.,- (漢", max_size=40)


@given(
    rows=st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=4), width=st.integers(40, 200)
)
def test_any_cells_fit_and_are_shown_whole(rows: list[list[str]], width: int) -> None:
    console = console_of(width)
    names = ("first", "a longer heading", "9", "")
    columns = [Column(name, [row[place] for row in rows]) for place, name in enumerate(names)]
    print_columns(console, "Any", columns)
    text = shown(console)
    assert all(Text(line.rstrip()).cell_len <= width for line in text.splitlines())
    words = {word for row in rows for cell in row for word in cell.split()}
    whole = {word for word in words if Text(word).cell_len <= width - 3}
    assert all(word in text for word in whole)


def restoration(console: Console) -> None:
    speeds = [Speed(64, 1234.5, 0.1, 12_345.6, 12_345.6, ()) for _ in SETTINGS]
    show_restoration_speeds(console, RestorationSpeeds(speeds, 1.234, 0.05))


def synthesis(console: Console) -> None:
    speeds = [Speed(count, 10**6, 3.0, 12_345.6, 12_345.6, ()) for count in (1, 64)]
    show_synthesis_speeds(console, SynthesisSpeeds(12.3, SynthesisSpeed(128, 1.0, 1.0), speeds))


def fidelity(console: Console) -> None:
    rows = [(float(s), s / 2, name, 0.876, 0.987) for s in (10, 100) for name in DEGRADATIONS]
    schema = ["asked", "severity", "type", "vif", "ms_ssim"]
    show_fidelity(console, pl.DataFrame(rows, schema=schema, orient="row"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("view", "figure"), [(restoration, "12,346"), (synthesis, "333333.3"), (fidelity, "0.99")]
)
def test_benchmarks_fit(view: Callable[[Console], None], figure: str, width: int) -> None:
    console = console_of(width)
    view(console)
    check(shown(console), width, {figure})


@pytest.mark.parametrize("width", WIDTHS)
def test_the_state_of_an_archive_fits(width: int) -> None:
    console = console_of(width)
    many = dict.fromkeys(Counts.model_fields, 1_234_567)
    counts = Counts(**many)
    last = RunSummary(
        parameters=RestoreParameters(
            input="in", output="out", keep=("haze", "rain"), strength=0.5, companions=True
        ),
        engine="edge",
        finished_at="2026-01-01T00:00:00+00:00",
        found=0,
        left_out={},
        unreadable=(),
        counts=counts,
        archive=counts,
        report="report.html",
        failures="failures.csv",
    )
    found = ArchiveStatus(
        output="out",
        source="in",
        planned=counts.total,
        left=7_654_321,
        counts=counts,
        chunks=9_876_543,
        chunks_left=1,
        last=last,
    )
    show_status(console, found)
    numbers = {"9,876,536", "1,234,567", "7,654,321", "9,876,543"}
    places = ("Last run", "Report", "Originals")  # which stay on one line
    lines = [line for line in shown(console).splitlines() if not line.startswith(places)]
    check("\n".join(lines), width, {*numbers, "haze", "rain", "strength", "0.5", "companions"})
    console = console_of(width)
    undone = UndoSummary(output="out", photographs=1_234_567, diagnoses=7_654_321, companions=1)
    show_undone(console, undone)
    check(shown(console), width, {"1,234,567", "7,654,321", "companion"})


@pytest.mark.parametrize("width", WIDTHS)
def test_a_verdict_fits(width: int) -> None:
    console = console_of(width)
    reason = "kept the champion: the candidate makes haze, noise worse than the input"
    verdict = Verdict(promoted=False, reason=reason, champion_psnr=22.654, candidate_psnr=23.0)
    show_verdict(console, verdict)
    check(shown(console), width, {"23.00", "22.65", *reason.replace(",", "").split()})


@given(prior=st.from_type(DiagnosticPrior), width=st.integers(40, 200))
def test_any_diagnosis_fits(prior: DiagnosticPrior, width: int) -> None:
    console = console_of(width)
    show(console, "a photograph.jpg", prior)
    check(
        shown(console),
        width,
        {f"{finding.severity:.0f}" for finding in prior.findings.values() if finding.present},
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_an_inspection_fits(dataset: str, width: int) -> None:
    console = console_of(width)
    found = inspect(dataset)
    many = {name: (1_234_567_890, *counts[1:]) for name, counts in found.severities.items()}
    large = {"mixtures": {"haze+blur+rain+noise": 12_345_678}, "severities": many, "failures": 1}
    reasons = {"of a kind that nobody has seen before": 1_234_567}
    show_inspection(console, found.model_copy(update={**large, "failure_reasons": reasons}))
    _, _, text = shown(console).split("\n", 2)  # the title, and the folder on one line
    check(text, width, {"1,234,567,890", "12,345,678", "haze+blur+rain+noise", "1,234,567"})
