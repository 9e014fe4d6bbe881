"""Shows what checks found."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from flows.checks.finding import Finding
from rr_tasks.display import to_line


def show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Show a line for each, and below it what to do."""
    for finding in findings:
        said = escape(to_line(f"{finding.about}: {finding.said}"))
        console.print(f"{_mark(finding)} {said}", soft_wrap=True, highlight=False)
        if finding.todo:
            console.print(f"         {escape(to_line(finding.todo))}", soft_wrap=True)


def _mark(finding: Finding) -> str:
    if finding.wrong:
        return "[bold red]wrong [/bold red] "
    return "[yellow]look at[/yellow]" if finding.todo else "[green]fine   [/green]"
