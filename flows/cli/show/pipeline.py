"""Shows what `rr pipeline` did."""

from rich.console import Console

from flows.cli.show.evaluation import show_evaluation
from flows.cli.show.place import print_place
from flows.cli.show.promotion import show_verdict
from flows.cli.show.restoration import show_restoration
from flows.pipeline import PipelineResult
from rr_tasks.storage.files import join


def show_pipeline(console: Console, result: PipelineResult) -> None:
    """Print the results of the pipeline."""
    evaluation = result.promoted.evaluation
    show_evaluation(console, evaluation)
    show_verdict(console, result.promoted.verdict)
    show_restoration(console, result.summary)
    print_place(console, "Metrics table", join(evaluation.folder, "quality.csv"))
    print_place(console, "Whole report", result.report)
