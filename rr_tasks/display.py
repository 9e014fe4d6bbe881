"""Text from outside, such as the name of a file, as it is shown to people.

Such text may hold commands to a terminal, formulas of a spreadsheet, markup, or marks that turn the
direction of writing. What is shown is text and nothing else. Parquet and JSON keep it as it is.
"""

import re
from collections.abc import Callable
from unicodedata import category

_NOT_ASCII = re.compile(r"[^ -~]")
_FORMULA = re.compile(r"(^|;)(\s*[=+\-@＝＋－＠])")  # noqa: RUF001 - spreadsheets take these as well

_JOINERS = "\u200c\u200d"
"""Needed within words of Persian and Hindi, and within emoji."""


def to_line(text: str) -> str:
    r"""Write line breaks, terminal commands and bytes that are no text as Python does, as `\n`."""
    return to_lines(text).replace("\n", r"\n")


def to_lines(text: str) -> str:
    """Do as `to_line`, but keep line breaks, for text of several lines."""
    return _NOT_ASCII.sub(lambda found: _spell_unless_shown(found[0], _as_python), text)


def to_cell(text: str) -> str:
    """Make text a cell of a CSV table that no spreadsheet takes for a formula."""
    # In many countries a semicolon separates the columns.
    return _FORMULA.sub(r"\1'\2", to_line(text))


def to_json(document: str) -> str:
    r"""Write what nobody would see in a JSON document as `\u202e`, which means the same."""
    return _NOT_ASCII.sub(lambda found: _spell_unless_shown(found[0], _as_json), document)


def _spell_unless_shown(char: str, spell: Callable[[str], str]) -> str:
    shown = char.isprintable() or char in _JOINERS or char == "\n" or category(char) == "Zs"
    return char if shown else spell(char)


def _as_python(char: str) -> str:
    escaped_byte = "\udc80" <= char <= "\udcff"
    return f"\\x{ord(char) - 0xDC00:02x}" if escaped_byte else repr(char)[1:-1]


def _as_json(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
