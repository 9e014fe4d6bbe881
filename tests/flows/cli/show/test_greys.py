import numpy as np
import pytest
from rich.console import Console, Group

from flows.cli.show.greys import render_greys

STEPS = np.repeat(np.linspace(0, 1, 5), 2)[:, None] * np.ones(3)


def test_without_colours_each_character_is_the_mean_of_two_cells() -> None:
    assert render_greys(STEPS, coloured=False).plain.splitlines() == [
        "   ",
        "░░░",
        "▒▒▒",
        "▓▓▓",
        "███",
    ]


def test_in_colours_each_character_shows_two_cells() -> None:
    picture = render_greys(np.array([[0.0, 1.0], [0.2, 0.6]]), coloured=True)
    assert picture.plain == "▀▀"
    left, right = (span.style for span in picture.spans)
    assert (left, right) == (
        "rgb(0,0,0) on rgb(51,51,51)",
        "rgb(255,255,255) on rgb(153,153,153)",
    )


@pytest.mark.parametrize("coloured", [False, True])
def test_an_odd_number_of_rows_ends_in_black(coloured: bool) -> None:
    picture = render_greys(np.ones((3, 3)), coloured=coloured)
    assert [len(line) for line in picture.plain.splitlines()] == [3, 3]


def test_a_terminal_that_is_too_narrow_cuts_lines_and_does_not_break_them() -> None:
    console = Console(width=20)
    with console.capture() as captured:
        console.print(Group(render_greys(np.ones((4, 33)), coloured=False)))
    assert captured.get().splitlines() == ["█" * 20] * 2
