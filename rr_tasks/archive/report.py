"""Writes the report of a run: one HTML file that needs nothing else, not even a network."""

import base64
from collections import Counter
from dataclasses import dataclass, field
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from rr_tasks.archive.layout import REPORT
from rr_tasks.archive.listing import describe_left_out
from rr_tasks.archive.previews import after_path, before_path
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.names import to_display
from schemas.archive import Counts, LedgerRow, RunSummary
from schemas.prior.current import DEGRADATIONS, DegradationName

BINS = 10
SHOWN_FAILURES = 500


@dataclass
class Findings:
    """Collects figures about the archive from its ledgers, row by row.

    It holds only `previews` rows and one line for each failure.
    """

    output: Folder
    previews: int
    failures: list[tuple[str, str]] = field(default_factory=list)
    pairs: list[LedgerRow] = field(default_factory=list)
    histograms: dict[DegradationName, list[int]] = field(
        default_factory=lambda: {name: [0] * BINS for name in DEGRADATIONS}
    )
    seconds: float = 0.0
    _tally: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> Counts:
        """The number of photographs with each outcome."""
        return Counts(**self._tally)

    def add(self, row: LedgerRow) -> None:
        """Add the last row of a photograph."""
        self._tally[row.status] += 1
        self.seconds += row.seconds
        for name, severity in row.severities.items():
            self.histograms[name][min(int(severity * BINS / 100.0), BINS - 1)] += 1
        if row.status == "failed":
            self.failures.append((row.path, row.reason or "unknown"))
        if len(self.pairs) < self.previews and self._has_preview(row):
            self.pairs.append(row)

    def _has_preview(self, row: LedgerRow) -> bool:
        if row.preview is None:
            return False
        sides = (before_path(row.preview), after_path(row.preview))
        return len(self.output.statuses(sides)) == len(sides)


def write_report(output: Folder, summary: RunSummary, findings: Findings) -> None:
    """Render the report and write it into the output folder.

    Raises:
        StorageError: storage refuses.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(
        files("rr_tasks.archive").joinpath("report.html.j2").read_text(encoding="utf-8")
    )
    failures = sorted(findings.failures)
    text = template.render(
        summary=summary,
        left_out=describe_left_out(summary.left_out),
        failures=[(to_display(name), reason) for name, reason in failures[:SHOWN_FAILURES]],
        unlisted=max(0, len(failures) - SHOWN_FAILURES),
        histograms=[_histogram(name, bins) for name, bins in findings.histograms.items()],
        pairs=[_pair(output, row) for row in findings.pairs],
        seconds=findings.seconds,
    )
    output.write(REPORT, text.encode())


@dataclass(frozen=True)
class Histogram:
    """Bars of a severity histogram: (label, count, height in per cent of the tallest)."""

    name: str
    total: int
    bars: list[tuple[str, int, float]]


@dataclass(frozen=True)
class Pair:
    """A photograph's previews as data URIs and its diagnosis, worst first."""

    name: str
    before: str
    after: str
    diagnosis: list[tuple[str, float]]


def _histogram(name: str, bins: list[int]) -> Histogram:
    width = 100 // BINS
    tallest = max(bins) or 1
    bars = [
        (f"{place * width}-{(place + 1) * width}", count, round(100.0 * count / tallest, 1))
        for place, count in enumerate(bins)
    ]
    return Histogram(name=name, total=sum(bins), bars=bars)


def _pair(output: Folder, row: LedgerRow) -> Pair:
    stem = row.preview or ""
    return Pair(
        name=to_display(row.path),
        before=_data_uri(output.read(before_path(stem))),
        after=_data_uri(output.read(after_path(stem))),
        diagnosis=sorted(row.severities.items(), key=lambda found: -found[1]),
    )


def _data_uri(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
