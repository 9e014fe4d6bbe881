"""Shows tables that fit the terminal: fewer columns at a time on a narrow one, then cards.

Neither a word nor a number is ever split, unless it alone is wider than the terminal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from rich import box
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rr_tasks.plural import say_count

_GAP = 3
"""Blanks between two columns."""


@dataclass(frozen=True)
class Column:
    """A column: its heading and its cells, in which markup is plain text; numbers go `right`."""

    heading: str
    cells: Sequence[str | Text]
    right: bool = False

    @property
    def widest(self) -> int:
        """The width that keeps every cell on one line."""
        return max(text.cell_len for text in self._texts())

    @property
    def narrowest(self) -> int:
        """The width of the longest word."""
        words = (Text(word) for text in self._texts() for word in text.plain.split())
        return max((word.cell_len for word in words), default=0)

    def _texts(self) -> list[Text]:
        return [_text(self.heading), *map(_text, self.cells)]


def print_columns(console: Console, title: str, columns: Sequence[Column]) -> None:
    """Print a table below its title, in as many parts as the width of the console asks for.

    Each part repeats the leading columns that tell the rows apart. Where there is no room for two
    more columns, every row becomes a card.
    """
    console.print(Text(title, "bold", overflow="ignore"), crop=False)  # a path may be longer
    keys = _count_keys(columns)
    parts = _divide(columns[:keys], columns[keys:], console.width)
    for part, widths in parts:
        console.print(_draw(part, widths), end="\n\n")
    if not parts:
        _print_cards(console, columns[:keys], columns[keys:])
        console.print()


def print_table(console: Console, title: str, frame: pl.DataFrame, places: int = 3) -> None:
    """Print a frame below a title, with floats rounded to `places` decimal places."""
    columns = [
        Column(
            name.replace("_", " "),
            [_cell(value, places) for value in frame[name]],
            right=kind != pl.String,
        )
        for name, kind in frame.schema.items()
    ]
    print_columns(console, title, columns)


def print_undiagnosed(console: Console, undiagnosed: pl.DataFrame) -> None:
    """Print why samples were not diagnosed, from a frame with the columns reason and samples."""
    for reason, samples in undiagnosed.iter_rows():
        line = f"Not diagnosed and left out: {say_count(samples, 'sample')} ({reason})"
        console.print(f"[yellow]{escape(line)}[/yellow]", soft_wrap=True)


def _cell(value: object, places: int) -> str:
    if isinstance(value, float):
        return f"{value:.{places}f}"
    if type(value) is int:
        return f"{value:,}"
    return "" if value is None else str(value)


def _text(cell: str | Text) -> Text:
    return cell if isinstance(cell, Text) else Text(cell.strip())


def _count_keys(columns: Sequence[Column]) -> int:
    """Count the leading columns that are needed to tell the rows apart."""
    rows = list(zip(*([_text(cell).plain for cell in one.cells] for one in columns), strict=True))
    for keys in range(1, len(columns)):
        if len({row[:keys] for row in rows}) == len(rows):
            return keys
    return 1


_Part = tuple[list[Column], list[int]]
"""Columns that are shown together, and their widths."""


def _divide(keys: Sequence[Column], others: Sequence[Column], width: int) -> list[_Part]:
    """Divide a table into parts that fit; none, if a part would show a single column of many."""
    parts: list[_Part] = []
    waiting = list(others)
    while waiting or not parts:
        part = _take_part(keys, waiting, width)
        if part is None:
            return []
        parts.append(part)
        waiting = waiting[len(part[0]) - len(keys) :]
    return parts


def _take_part(keys: Sequence[Column], waiting: Sequence[Column], width: int) -> _Part | None:
    for count in range(len(waiting), min(2, len(waiting)) - 1, -1):
        part = [*keys, *waiting[:count]]
        if widths := _fit(part, width):
            return part, widths
    return None


def _fit(columns: Sequence[Column], width: int) -> list[int] | None:
    """Choose the columns' widths so that no word is split; None if there is no room for that."""
    widths = [column.narrowest for column in columns]
    spare = width - sum(widths) - _GAP * (len(columns) - 1)
    if spare < 0:
        return None
    wishes = [column.widest - column.narrowest for column in columns]
    by_wish = sorted(range(len(columns)), key=wishes.__getitem__)
    for rank, place in enumerate(by_wish):
        granted = min(wishes[place], spare // (len(columns) - rank))
        widths[place] += granted
        spare -= granted
    return widths


def _draw(columns: Sequence[Column], widths: Sequence[int]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column, width in zip(columns, widths, strict=True):
        justify: JustifyMethod = "right" if column.right else "left"
        # fold, because an ellipsis would also replace a blank behind wide characters
        table.add_column(Text(column.heading), justify=justify, width=width, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*map(_text, row))
    return table


def _print_cards(console: Console, keys: Sequence[Column], others: Sequence[Column]) -> None:
    for row in range(len(keys[0].cells)):
        console.print(Text(", ".join(_text(key.cells[row]).plain for key in keys), "bold"))
        for other in others:
            value = _text(other.cells[row])
            if value:
                line = Text.assemble((f"{other.heading}: ", "dim"), value)
                console.print(Padding(line, (0, 0, 0, 2)))
