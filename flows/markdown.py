"""Notes for the UI of a Prefect server, which shows tables and pictures inside Markdown."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rr_tasks.archive.showcase import pick_pairs
from rr_tasks.display import to_line
from rr_tasks.inspection.data_uri import shrink_picture
from schemas.pages import pages_settings

Rows = Sequence[Mapping[str, Any]]

SHEET_SIDE = 960
"""The most pixels along a side of a picture that shows several photographs."""
_PAIRS = 3
"""Shown in a note, which is stored in the server's database."""
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#|~!$&-])")


def write_text(text: object) -> str:
    """Write text so that none of it is taken for Markdown or HTML."""
    return _MARKS.sub(r"\\\1", to_line(str(text)))


def write_code(text: str) -> str:
    """Write a name or a place, unbroken."""
    return f"`{to_line(text).replace('`', '')}`"


def write_place(place: str) -> str:
    """Write where something is, with a link if a web server shows it."""
    address, code = pages_settings().address_of(place), write_code(place)
    return f"[{code}]({address})" if address else code


def write_places(places: Mapping[str, str]) -> str:
    """List where things are, by what they are."""
    return "\n".join(f"- {what}: {write_place(place)}" for what, place in places.items())


def write_table(rows: Rows) -> str:
    """Write rows, all with the same columns, as a table whose cells wrap."""
    if not rows:
        return ""
    heads = [write_text(name) for name in rows[0]]
    lines = [heads, ["---"] * len(heads)]
    lines += [[write_text(cell) for cell in row.values()] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_pairs(archive: str) -> str:
    """Show a few photographs of a restored archive, before and after, side by side."""
    pairs = pick_pairs(archive, _PAIRS)
    if not pairs:
        return ""
    lines = ["| before | after |", "|---|---|"]
    lines += [
        f"| ![before]({shrink_picture(pair.before)}) | ![after]({shrink_picture(pair.after)}) |"
        for pair in pairs
    ]
    return "\n".join(lines)
