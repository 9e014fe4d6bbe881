"""Text from outside stays text, whatever it holds and wherever it is shown."""

import csv
import io
import json
from unicodedata import category

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rr_tasks.display import to_cell, to_json, to_line, to_lines

TEXT = st.text() | st.text(
    "=+-@\t\r\n \x1b[]2J\x07\u202e\u2028\udce9`*_<>|!()&#:.h1;\\", max_size=20
)
HOSTILE = "a\x1b[2J\x1b]0;mine\x07\u202egpj.exe"


def is_seen(text: str) -> bool:
    return all(char in "\u200c\u200d" or category(char)[0] not in "C" for char in text)


def test_readable_text_is_itself() -> None:
    for text in (
        "Größe 日本.jpg",
        "ideographic\u3000blank",
        "👩\u200d👧 \u0646\u0645\u06cc\u200c\u062e",
    ):
        assert to_line(text) == to_lines(text) == to_cell(text) == to_json(text) == text


def test_what_moves_the_cursor_is_spelled_out() -> None:
    assert to_line("a\nb\x1b[2J\u2028.jpg") == r"a\nb\x1b[2J\u2028.jpg"
    assert to_lines("a\nb\rc\x9b2J") == "a\nb\\rc\\x9b2J"
    assert to_line(b"caf\xe9\t.jpg".decode("utf-8", "surrogateescape")) == r"caf\xe9\t.jpg"
    assert to_line("\ud800") == r"\ud800"
    assert to_line(HOSTILE) == r"a\x1b[2J\x1b]0;mine\x07\u202egpj.exe"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "＝1"])  # noqa: RUF001
def test_a_formula_is_text(cell: str) -> None:
    assert to_cell(cell) == f"'{cell}"
    assert to_cell(f"a;{cell}") == f"a;'{cell}"  # what separates columns depends on the language


@pytest.mark.fuzz
@given(TEXT)
@example(HOSTILE)
def test_a_line_shows_all_and_does_nothing(text: str) -> None:
    line = to_line(text)
    assert is_seen(line)
    assert to_line(line) == line
    assert to_lines(text).replace("\n", r"\n") == line


@pytest.mark.fuzz
@given(TEXT)
@example("\t=1")
@example("\r\n@x")
def test_no_cell_begins_a_formula(text: str) -> None:
    with io.StringIO(newline="") as table:
        csv.writer(table).writerow([to_cell(text), "next"])
        ((cell, _),) = csv.reader(io.StringIO(table.getvalue()))
    assert is_seen(cell)
    assert not any(part.lstrip().startswith(("=", "+", "-", "@")) for part in cell.split(";"))


@pytest.mark.fuzz
@given(st.dictionaries(TEXT, TEXT))
def test_json_means_the_same(document: dict[str, str]) -> None:
    shown = to_json(json.dumps(document, ensure_ascii=False, indent=2))
    assert is_seen(shown.replace("\n", ""))
    assert json.loads(shown) == document
