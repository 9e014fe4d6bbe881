"""Shows whether weights were promoted, and why, and which are in use."""

from rich.console import Console
from rich.markup import escape

from flows.cli.show.place import print_place
from flows.promote import Promoted
from rr_tasks.evaluation.champion import ledger_url, read_history
from schemas.promotion import Verdict
from schemas.restorer import RestorerChoice


def show_promoted(console: Console, promoted: Promoted, champions: str) -> None:
    """Print both figures, the reason, and which weights are in use now."""
    show_verdict(console, promoted.verdict)
    show_in_use(console, promoted.restorer, champions)


def show_verdict(console: Console, verdict: Verdict) -> None:
    """Print the figures of both and the reason."""
    console.print(
        "On degraded photographs: candidate "
        f"{_describe(verdict.candidate_psnr, verdict.candidate_severity)}, in use so far "
        f"{_describe(verdict.champion_psnr, verdict.champion_severity)}",
    )
    console.print(f"[bold]Verdict[/bold]          {escape(verdict.reason)}")


def _describe(psnr: float, severity: float | None) -> str:
    left = "" if severity is None else f" and {severity:.1f} of severity left"
    return f"{psnr:.2f} dB{left}"


def show_in_use(console: Console, restorer: RestorerChoice, champions: str) -> None:
    """Print which restorer is in use, and where it is written who was before."""
    print_place(console, "In use", restorer.label)
    if read_history(champions, restorer.kind):
        print_place(console, "Ledger", ledger_url(champions, restorer.kind))
