"""Shows whether weights were promoted, and why."""

from rich.console import Console
from rich.markup import escape

from flows.cli.show.place import print_place
from rr_tasks.evaluation.promotion import Verdict, champion_url


def show_verdict(console: Console, verdict: Verdict, champions: str) -> None:
    """Print both figures, the reason, and which weights are in use now."""
    console.print(
        f"On degraded photographs: candidate {verdict.candidate_psnr:.2f} dB, "
        f"in use so far {verdict.champion_psnr:.2f} dB"
    )
    console.print(f"[bold]Verdict[/bold]          {escape(verdict.reason)}")
    print_place(console, "In use", champion_url(champions, "edge-restorer"))
