"""Shows how good restored photographs are."""

import polars as pl
from rich.console import Console

from flows.cli.show.place import print_place
from flows.cli.show.table import Column, print_columns, print_table, print_undiagnosed
from flows.evaluate import Evaluation
from rr_tasks.evaluation.images.lpips import explain_lack
from rr_tasks.evaluation.images.outline import outline
from rr_tasks.evaluation.images.sets import DEGRADED


def show_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print the tables of an evaluation, their location, and why some have no diagnosis."""
    print_table(console, "Image quality (PSNR in dB, RGB; SSIM; severity)", evaluation.quality)
    general = evaluation.artefacts.filter(pl.col("set").is_in(["clean", DEGRADED]))
    print_table(console, "Artefacts (levels; cast in CIELAB)", general)
    print_table(console, "Diagnosis", evaluation.diagnosis)
    if evaluation.comparison is not None:
        show_comparison(console, evaluation.comparison)
    if evaluation.published is not None and not evaluation.published.is_empty():
        title = "Published by others, on the same data set: compare only like with like"
        print_table(console, title, evaluation.published)
    print_place(console, "Tables", evaluation.folder)
    print_place(console, "Examples", f"{evaluation.folder}/examples.jpg")
    print_place(console, "The worst", f"{evaluation.folder}/gallery.html")
    print_undiagnosed(console, evaluation.undiagnosed)


def show_comparison(console: Console, comparison: pl.DataFrame) -> None:
    """Print the means of the sets to look at first, the interval of PSNR, and what is missing."""
    table = outline(comparison)
    named = table["method"].str.replace_all("-", " ")  # so that long names wrap
    columns = [Column("set", table["set"].to_list()), Column("method", named.to_list())]
    columns += [Column(name, table[name].to_list(), right=True) for name in table.columns[2:]]
    print_columns(console, "Comparison (means; of niqe and lpips, less is better)", columns)
    console.print("comparison.csv has the other mixtures and intervals, and clean photographs.")
    if "lpips" not in table.columns:
        console.print(f"No LPIPS: {explain_lack()}.", soft_wrap=True)
