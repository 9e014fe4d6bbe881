"""Shows how far an archive is, and what was removed from it."""

from rich.console import Console
from rich.markup import escape

from flows.cli.show.outcomes import describe_counts
from flows.cli.show.place import print_place
from rr_tasks.plural import say_count
from rr_tasks.storage.names import to_display
from schemas.archive import RestoreParameters
from schemas.status import ArchiveStatus, UndoSummary

_SHOWN = 20


def show_status(console: Console, found: ArchiveStatus) -> None:
    """Print counts, what is left, failures, losses, and the last run with its settings."""
    photographs = say_count(found.planned, "photograph")
    console.print(f"{photographs} planned: {describe_counts(found.counts)}, {found.left:,} left")
    done = found.chunks - found.chunks_left
    console.print(f"{say_count(found.chunks, 'chunk')}: {done:,} done, {found.chunks_left:,} left")
    for owner in found.running:
        console.print(f"[yellow]At work: {escape(owner)}[/yellow]", soft_wrap=True)
    _print_some(console, "Failed", [(one.path, one.reason) for one in found.failures])
    lacking = [(one.path, ", ".join(one.lost)) for one in found.losses if one.status == "restored"]
    spared = [(one.path, ", ".join(one.lost)) for one in found.losses if one.status == "protected"]
    _print_some(console, "Lacks", lacking)
    _print_some(console, "Would lack", spared)
    print_place(console, "Originals", to_display(found.source))
    if found.last is None:
        print_place(console, "Last run", "none has finished")
    else:
        place = f"{found.last.finished_at}, {say_count(found.last.found, 'photograph')} found"
        print_place(console, "Last run", place)
        settings = escape(_describe_settings(found.last.parameters))
        console.print(f"[bold]Settings[/bold]         {settings}", highlight=False)
        print_place(console, "Report", found.last.report)


def show_undone(console: Console, undone: UndoSummary) -> None:
    """Print what was removed, and what stays."""
    removed = [
        say_count(undone.photographs, "photograph"),
        say_count(undone.diagnoses, "diagnosis", "diagnoses"),
    ]
    if undone.companions:
        removed.append(say_count(undone.companions, "companion"))
    console.print(f"Removed: {', '.join(removed)}, the report and the ledgers")
    for path in undone.changed:
        line = f"May have changed since, and was not removed: {to_display(path)}"
        console.print(f"[yellow]{escape(line)}[/yellow]", soft_wrap=True, highlight=False)


def _print_some(console: Console, label: str, lines: list[tuple[str, str]]) -> None:
    for path, text in lines[:_SHOWN]:
        line = f"{label}: {to_display(path)}: {text}"
        console.print(escape(line), soft_wrap=True, highlight=False)
    if len(lines) > _SHOWN:
        console.print(f"{label}: {len(lines) - _SHOWN:,} more; --json names all of them")


def _describe_settings(parameters: RestoreParameters) -> str:
    """Name the settings that are not the default ones."""
    chosen = parameters.model_dump(exclude_defaults=True, exclude={"input", "output", "workers"})
    return (
        ", ".join(_describe(name.replace("_", " "), chosen[name]) for name in chosen) or "default"
    )


def _describe(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name if value else f"no {name}"
    if isinstance(value, dict):
        return f"{name} {' '.join(f'{one} {part}' for one, part in value.items())}"
    if isinstance(value, tuple):
        return f"{name} {' '.join(map(to_display, value))}"
    return f"{name} {value}"
