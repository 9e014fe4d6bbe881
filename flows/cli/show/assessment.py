"""Shows how well a reasoner diagnoses."""

from rich.console import Console

from flows.assess import Assessment
from flows.cli.show.place import print_place
from flows.cli.show.table import print_table, print_undiagnosed


def show_assessment(console: Console, assessment: Assessment) -> None:
    """Print the tables of an assessment, the location of the page, and what lacks a diagnosis."""
    for section in assessment.sections:
        print_table(console, section.title, section.table)
    print_place(console, "Page", assessment.page)
    print_undiagnosed(console, assessment.undiagnosed)
