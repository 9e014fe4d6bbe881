from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from rr_tasks.inspection import gallery
from rr_tasks.inspection.gallery import Gallery
from schemas.diagnosis import Diagnosis
from schemas.prior.current import DiagnosticPrior, Kernel, TransmissionMap
from tests.browser import PHONE, opened, overflow
from tests.rr_tasks.inspection.test_maps import DOT, with_maps
from tests.rr_tasks.inspection.test_page import Balanced


@pytest.fixture
def mapped(prior: DiagnosticPrior) -> DiagnosticPrior:
    thin = TransmissionMap(rows=((0.5,) * 16,) * 16)
    return with_maps(prior, thin, Kernel(rows=DOT.tolist(), cell_px=2.0))


def test_a_page_needs_nothing_else_and_shows_photographs_with_their_maps(
    mapped: DiagnosticPrior, prior: DiagnosticPrior, photograph: np.ndarray
) -> None:
    shown = Gallery()
    shown.add(Diagnosis(path="<a>.jpg", prior=mapped), photograph)
    deep = photograph.astype(np.uint16) * 257
    shown.add(Diagnosis(path="b.png", prior=prior, guess="too little detail"), deep)
    text = shown.render().decode()
    page = Balanced()
    page.feed(text)
    assert page.open == []
    kinds = [source.partition(";")[0] for source in page.sources]
    jpeg, png = "data:image/jpeg", "data:image/png"
    assert kinds == [jpeg, png, png, jpeg]
    assert page.sources[0] == page.sources[3]
    for words in ("2 photographs", "&lt;a&gt;.jpg", "A guess (too little detail)", "6 px across"):
        assert words in text
    assert "not shown" not in text


def test_a_long_page_ends_and_says_so(
    prior: DiagnosticPrior, photograph: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "MOST_SHOWN", 2)
    shown = Gallery()
    for number in range(5):
        shown.add(Diagnosis(path=f"{number}.jpg", prior=prior), photograph)
    text = shown.render().decode()
    assert "5 photographs" in text
    assert "3 more photographs not shown" in text
    assert text.count("<figure") == 2


def test_an_empty_page_is_a_page_too() -> None:
    assert "0 photographs" in Gallery().render().decode()


def test_a_page_fits_a_phone(
    mapped: DiagnosticPrior, photograph: np.ndarray, tmp_path: Path, browser: Browser
) -> None:
    shown = Gallery()
    shown.add(Diagnosis(path="long" * 60 + ".jpg", prior=mapped), photograph)
    page = tmp_path / "page.html"
    page.write_bytes(shown.render())
    with opened(browser, page, PHONE) as seen:
        assert overflow(seen) == 0
