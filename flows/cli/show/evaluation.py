"""Shows how good restored photographs are."""

import polars as pl
from rich.console import Console

from flows.cli.show.place import print_place
from flows.cli.show.table import print_table, print_undiagnosed
from flows.evaluate import Evaluation
from rr_tasks.evaluation.images.lpips import explain_lack
from rr_tasks.evaluation.images.sets import DEGRADED


def show_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print the tables of an evaluation, their location, and why some have no diagnosis."""
    print_table(console, "Image quality (PSNR in dB, RGB; SSIM; severity)", evaluation.quality)
    general = evaluation.artefacts.filter(pl.col("set").is_in(["clean", DEGRADED]))
    print_table(console, "Artefacts (levels; cast in CIELAB)", general)
    print_table(console, "Diagnosis", evaluation.diagnosis)
    if evaluation.comparison is not None:
        _show_comparison(console, evaluation.comparison)
    if evaluation.published is not None and not evaluation.published.is_empty():
        title = "Published by others, on the same data set: compare only like with like"
        print_table(console, title, evaluation.published)
    print_place(console, "Tables", evaluation.folder)
    print_place(console, "Examples", f"{evaluation.folder}/examples.jpg")
    print_place(console, "The worst", f"{evaluation.folder}/gallery.html")
    print_undiagnosed(console, evaluation.undiagnosed)


def _show_comparison(console: Console, comparison: pl.DataFrame) -> None:
    """Print the means, with the interval of PSNR, and what is missing."""
    means = comparison.pivot("score", index=["set", "method"], values="value")
    interval = comparison.filter(score="psnr").select("set", "method", "low", "high")
    table = means.join(interval, on=["set", "method"], maintain_order="left")
    print_table(console, "Comparison (means, and the 95 % interval of psnr)", table)
    if "lpips" not in table.columns:
        console.print(f"No LPIPS: {explain_lack()}.", soft_wrap=True)
