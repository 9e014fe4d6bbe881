"""Notes for the UI of a Prefect server."""

from pathlib import Path

import pytest

from flows.markdown import write_pairs, write_place, write_table, write_text


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
