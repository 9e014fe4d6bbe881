"""Writes the report of a run: an HTML page that needs no network."""

import base64
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from markupsafe import Markup

from rr_tasks.archive.layout import REPORT, ROWS
from rr_tasks.archive.links import OUTPUTS, link_originals, quote_path
from rr_tasks.archive.listing import describe_left_out
from rr_tasks.archive.outcome import LEFT_ALONE, OUTCOMES
from rr_tasks.archive.previews import Gallery, after_path, before_path
from rr_tasks.archive.rows import RowWriter, findings_of
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.names import to_display
from rr_tasks.template import render
from schemas.archive import Counts, LedgerRow, RunSummary
from schemas.prior.current import DEGRADATIONS, DegradationName
from schemas.prior.finding import GRADES, grade
from schemas.usage import Usage

BINS = 10
SHOWN_FAILURES = 500


@dataclass
class Findings:
    """Collects figures about the archive from its ledgers, row by row.

    It holds the rows of the gallery, those of the page's table, and one line for each failure.
    """

    output: Folder
    previews: int
    failures: list[tuple[str, str]] = field(default_factory=list)
    histograms: dict[DegradationName, list[int]] = field(
        default_factory=lambda: {name: [0] * BINS for name in DEGRADATIONS}
    )
    seconds: float = 0.0
    usage: Usage | None = None
    _tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rows = RowWriter(self.output)
        self.gallery = Gallery(self.output, self.previews)

    @property
    def counts(self) -> Counts:
        """The number of photographs with each outcome."""
        return Counts(**self._tally)

    def add(self, row: LedgerRow) -> None:
        """Add the last row of a photograph.

        Raises:
            StorageError: storage refuses.
        """
        self._tally[row.status] += 1
        self.seconds += row.seconds
        self.usage = Usage.add_up((self.usage, row.usage))
        for name, severity in row.severities.items():
            self.histograms[name][min(int(severity * BINS / 100.0), BINS - 1)] += 1
        if row.status == "failed":
            self.failures.append((row.path, row.reason or "unknown"))
        self.rows.add(row)
        self.gallery.add(row)


def write_report(source: Folder, output: Folder, summary: RunSummary, findings: Findings) -> None:
    """Render the report and write it into the output folder.

    Args:
        source: the folder of the originals, to which the report links.
        output: the output folder.
        summary: what the run did.
        findings: about all photographs of the archive.

    Raises:
        StorageError: storage refuses.
    """
    failures = sorted(findings.failures)
    originals = link_originals(source, output)
    first = findings.rows.finish()
    text = render(
        "archive",
        "report.html.j2",
        style=Markup(_read("report.css")),  # noqa: S704 - a file of ours
        script=Markup(_read("report.js")),  # noqa: S704 - a file of ours
        summary=summary,
        left_out=describe_left_out(summary.left_out),
        outcomes=OUTCOMES,
        left_alone=LEFT_ALONE,
        failures=[(to_display(name), reason) for name, reason in failures[:SHOWN_FAILURES]],
        unlisted=max(0, len(failures) - SHOWN_FAILURES),
        histograms=[_histogram(name, bins) for name, bins in findings.histograms.items()],
        pairs=[_pair(output, originals, row) for row in findings.gallery.rows()],
        seconds=findings.seconds,
        settings=_settings(summary),
        rows=_embed(first),
        config=_embed(json.dumps(_configure(summary, originals, findings.rows.parts))),
    )
    output.write(REPORT, text.encode())
    findings.gallery.remove_others()


def _read(name: str) -> str:
    return files("rr_tasks.archive").joinpath(name).read_text(encoding="utf-8")


def _configure(summary: RunSummary, originals: str, parts: Sequence[str]) -> dict[str, Any]:
    """Return what the page's script has to know."""
    return {
        "originals": originals,
        "outputs": OUTPUTS,
        "parts": [f"{PurePath(ROWS).name}/{name}" for name in parts],
        "total": summary.archive.total,
        "outcomes": OUTCOMES,
        "grades": GRADES,
    }


def _embed(document: str) -> Markup:
    """Make JSON safe within a script element, where nothing else could end it."""
    return Markup(document.replace("<", "\\u003c"))  # noqa: S704 - no markup


@dataclass(frozen=True)
class Histogram:
    """Bars of a severity histogram: (label, count, height in per cent of the tallest)."""

    name: str
    total: int
    bars: list[tuple[str, int, float]]


@dataclass(frozen=True)
class Pair:
    """A photograph's previews as data URIs, links to it, and its diagnosis in words."""

    name: str
    outcome: str
    before: str
    after: str | None
    original: str
    output: str | None
    diagnosis: list[str]


def _histogram(name: str, bins: list[int]) -> Histogram:
    width = 100 // BINS
    tallest = max(bins) or 1
    bars = [
        (f"{place * width}-{(place + 1) * width}", count, round(100.0 * count / tallest, 1))
        for place, count in enumerate(bins)
    ]
    return Histogram(name=name, total=sum(bins), bars=bars)


def _pair(output: Folder, originals: str, row: LedgerRow) -> Pair:
    stem = row.preview or ""
    restored = row.status == "restored"
    return Pair(
        name=to_display(row.path),
        outcome=OUTCOMES[row.status],
        before=_data_uri(output.read(before_path(stem))),
        after=_data_uri(output.read(after_path(stem))) if restored else None,
        original=originals + quote_path(row.path),
        output=OUTPUTS + quote_path(row.output or row.path) if restored else None,
        diagnosis=[_say_finding(*finding) for finding in findings_of(row)],
    )


def _say_finding(name: str, severity: float, probability: float | None) -> str:
    certainty = "" if probability is None else f", {math.floor(100 * probability)}% certain"
    return f"{grade(severity)} {name} (severity {severity:.0f}{certainty})"


def _settings(summary: RunSummary) -> list[tuple[str, str, str]]:
    """Return name, value and meaning of each setting of the run."""
    given = summary.parameters.model_dump(mode="json", exclude={"input", "output"})
    fields = type(summary.parameters).model_fields
    return [
        (name.replace("_", " "), _say_setting(value), fields[name].description or "")
        for name, value in given.items()
    ]


def _say_setting(value: Any) -> str:
    match value:
        case None:
            return "default"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(to_display(str(one)) for one in value) or "none"
        case dict():
            return ", ".join(f"{name} {_say_setting(part)}" for name, part in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _data_uri(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
