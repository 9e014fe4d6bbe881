"""Shows an inspection in the terminal."""

from collections.abc import Iterator, Mapping

from rich.columns import Columns
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from flows.cli.show.table import Column, print_columns
from rr_tasks.inspection.survey import title as title_of
from rr_tasks.plural import say_count
from schemas.inspection import Extent, Inspection
from schemas.prior.migrations import UnknownPriorVersionError, check_version

_BAR = 15


def show_inspection(console: Console, found: Inspection) -> None:
    """Print the figures, what failed, mixtures, and the severities as bars."""
    console.print(f"[bold]{escape(title_of(found.spec))}[/bold]")
    console.print(escape(found.url), soft_wrap=True, highlight=False, style="dim")
    console.print(_figures(found))
    if problem := _explain_unreadable(found):
        console.print(f"[yellow]{escape(problem)}[/yellow]", soft_wrap=True, highlight=False)
    if found.failures:
        _print_counts(console, "Failures", found.failure_reasons)
    if found.samples:
        _print_counts(console, "Mixtures", found.mixtures)
        panels = (_histogram(name, counts) for name, counts in found.severities.items())
        console.print(Columns(panels))


def _explain_unreadable(found: Inspection) -> str | None:
    """Return what every other command would say about priors of a newer release."""
    try:
        check_version(max((found.spec.schema_version, *found.schema_versions)))
    except UnknownPriorVersionError as error:
        return f"Warning: {error}"
    return None


def _figures(found: Inspection) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _lines(found):
        table.add_row(name, value)
    return table


def _lines(found: Inspection) -> Iterator[tuple[str, str]]:
    whole = "" if found.expected_shards is None else f" of {found.expected_shards:,}"
    yield "Shards", f"{found.finished_shards:,}{whole} finished{_missing(found)}"
    failed = f", [red]{found.failures:,} failed[/red]" if found.failures else ""
    yield "Samples", f"{found.samples:,}{failed}"
    yield "Size", f"{decimal(found.total_bytes)}, {decimal(found.mean_sample_bytes)} a sample"
    if found.width and found.height:
        yield "Pixels", f"{_span(found.width)} x {_span(found.height)}"
    yield "Prior versions", _versions(found.schema_versions)
    yield "Code versions", _versions(found.code_versions)
    yield "Last shard", (found.last_finished_at or "none yet").replace("T", " ")  # may wrap there
    yield "Spec", f"{found.spec_hash} (spec.json; --json and --html show all of it)"


def _missing(found: Inspection) -> str:
    if not found.missing_shards:
        return ""
    first = found.missing_shards[0]
    return f"; [red]{first:05d} is the first one missing[/red]"


def _span(extent: Extent) -> str:
    return str(extent.least) if extent.least == extent.most else f"{extent.least}-{extent.most}"


def _versions(counts: Mapping[int, int] | Mapping[str, int]) -> str:
    return ", ".join(
        f"{version} ({say_count(count, 'shard')})" for version, count in counts.items()
    )


def _print_counts(console: Console, name: str, counts: Mapping[str, int]) -> None:
    cells = [f"{count:,}" for count in counts.values()]
    print_columns(console, name, [Column("", list(counts)), Column("samples", cells, right=True)])


def _histogram(name: str, counts: tuple[int, ...]) -> Panel:
    most, step = max(counts) or 1, 100 // len(counts)
    lines = (
        f"{place * step:>2}-{place * step + step:<3} {'█' * round(_BAR * count / most):<{_BAR}}"
        f" {count:>9,}"
        for place, count in enumerate(counts)
    )
    title = f"{name}: {say_count(sum(counts), 'sample')}"
    return Panel("\n".join(lines), title=title, expand=False)
