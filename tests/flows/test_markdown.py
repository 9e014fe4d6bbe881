"""Notes for the UI of a Prefect server."""

from pathlib import Path

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt

from flows.markdown import write_code, write_pairs, write_place, write_table, write_text
from rr_tasks.display import to_line
from tests.rr_tasks.test_display import TEXT


def test_nothing_in_text_is_taken_for_markup() -> None:
    assert write_text("a_b*c|d<e>[f](g)") == r"a\_b\*c\|d\<e\>\[f\]\(g\)"
    assert write_text("two\nlines") == r"two\\nlines"
    assert write_table([{"a|b": 1, "c": None}]) == "| a\\|b | c |\n| --- | --- |\n| 1 | None |"
    assert write_table([]) == ""


def test_a_place_is_a_link_where_a_web_server_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert write_place("/data/`report`.html") == "`/data/report.html`"
    monkeypatch.setenv("RR_PAGES_FOLDER", "/data")
    monkeypatch.setenv("RR_PAGES_URL", "http://localhost:8000")
    assert write_place("/data/report.html") == (
        "[`/data/report.html`](http://localhost:8000/report.html)"
    )


def test_an_archive_without_previews_shows_none(tmp_path: Path) -> None:
    assert write_pairs(str(tmp_path)) == ""


@pytest.mark.fuzz
@given(TEXT)
@example("![x](http://example.org/?spy)")
@example("<img src=x onerror=alert(1)>")
@example("&lt;b&gt;")
def test_text_from_outside_is_no_markup(text: str) -> None:
    kinds, shown = read_paragraph(f"see {write_text(text)} there")
    assert kinds <= {"text", "text_special"}
    assert shown.split() == f"see {to_line(text)} there".split()


@pytest.mark.fuzz
@given(TEXT.filter(lambda text: text.strip(" `")))
def test_a_place_from_outside_stays_in_its_code(text: str) -> None:
    kinds, _ = read_paragraph(f"see {write_code(text)}")
    assert kinds == {"text", "code_inline"}


def read_paragraph(text: str) -> tuple[set[str], str]:
    """The kinds of what stands in the only paragraph of some Markdown, and its text."""
    _, inline, _ = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    parts = inline.children or []
    return {part.type for part in parts}, "".join(part.content for part in parts)
