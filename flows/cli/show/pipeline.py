"""Shows what `rr pipeline` did."""

from rich.console import Console
from rich.markup import escape

from flows.cli.show.evaluation import show_evaluation
from flows.cli.show.place import print_place
from flows.cli.show.restoration import show_restoration
from flows.pipeline import PipelineResult
from rr_tasks.storage.files import join


def show_pipeline(console: Console, result: PipelineResult) -> None:
    """Print the results of the pipeline."""
    show_evaluation(console, result.evaluation)
    console.print(f"[bold]Verdict[/bold]          {escape(result.verdict.reason)}")
    show_restoration(console, result.summary)
    print_place(console, "Metrics table", join(result.evaluation.folder, "quality.csv"))
