"""Shows how good restored photographs are."""

import polars as pl
from rich.console import Console

from flows.cli.show.place import print_place
from flows.cli.show.table import print_table, print_undiagnosed
from flows.evaluate import Evaluation
from rr_tasks.evaluation.images.sets import DEGRADED


def show_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print the tables of an evaluation, their location, and why some have no diagnosis."""
    print_table(console, "Image quality (PSNR in dB, RGB; SSIM)", evaluation.quality)
    general = evaluation.artefacts.filter(pl.col("set").is_in(["clean", DEGRADED]))
    print_table(console, "Artefacts (levels; cast in CIELAB)", general)
    print_table(console, "Diagnosis", evaluation.diagnosis)
    print_place(console, "Tables", evaluation.folder)
    print_place(console, "Examples", f"{evaluation.folder}/examples.jpg")
    print_undiagnosed(console, evaluation.undiagnosed)
