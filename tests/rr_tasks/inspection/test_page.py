import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from playwright.sync_api import Browser

from rr_tasks.inspection.page import render_page
from rr_tasks.inspection.pictures import pick_pictures
from rr_tasks.inspection.survey import inspect
from schemas.inspection import SEVERITY_BINS
from schemas.prior.current import DEGRADATIONS
from tests.browser import PHONE, opened, overflow

_VOID = {"meta", "img", "br", "link"}


class Balanced(HTMLParser):
    """Fails on tags that do not match, and collects what the page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_needs_nothing_else_and_shows_every_figure(dataset: str) -> None:
    found = inspect(dataset)
    pictures, _ = pick_pictures(dataset, 8)
    text = render_page(found, pictures).decode()
    page = Balanced()
    page.feed(text)
    assert page.open == []
    kinds = Counter(source.partition(",")[0] for source in page.sources)
    maps = sum(len(picture.maps) for picture in pictures)
    assert maps > 0
    assert kinds == {"data:image/jpeg;base64": 2 * len(pictures), "data:image/png;base64": maps}
    assert "http" not in re.sub(r"base64,[^\"]+", "", text)
    assert text.count("<li ") == SEVERITY_BINS * len(DEGRADATIONS)
    assert "2 of 2" in text
    assert found.spec_hash in text
    for mixture, count in found.mixtures.items():
        assert f'<td>{mixture}</td><td class="number">{count}</td>' in text


def test_an_empty_data_set_has_a_page_too_and_words_of_others_are_escaped(dataset: str) -> None:
    found = inspect(dataset).model_copy(
        update={
            "samples": 0,
            "failures": 1,
            "failure_reasons": {"<script>": 1},
            "missing_shards": (3, 4),
            "mixtures": {},
            "width": None,
            "severities": dict.fromkeys(DEGRADATIONS, (0,) * SEVERITY_BINS),
        }
    )
    text = render_page(found, []).decode()
    assert "&lt;script&gt;" in text
    assert "shards 00003, 00004" in text
    assert "<img" not in text


def test_a_page_fits_a_phone_and_folds_long_json(
    dataset: str, tmp_path: Path, browser: Browser
) -> None:
    found = inspect(dataset).model_copy(
        update={
            "url": "s3://" + "long" * 40,
            "failure_reasons": {"of no use" * 30: 1},
            "failures": 1,
        }
    )
    page = tmp_path / "page.html"
    page.write_bytes(render_page(found, *pick_pictures(dataset, 3)))
    with opened(browser, page, PHONE) as shown:
        assert overflow(shown) == 0
        assert not shown.get_by_text('"shard_size"').is_visible()
        shown.get_by_text("as JSON").click()
        assert shown.get_by_text('"shard_size"').is_visible()
        assert overflow(shown) == 0
