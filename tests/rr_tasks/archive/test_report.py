"""The report in a real browser, opened from the disk as users do."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import pyvips
from playwright.sync_api import Browser, Page

from rr_tasks.archive import rows
from rr_tasks.archive.report import Findings, write_report
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import finish, prepare
from rr_tasks.storage.folders import open_folder
from schemas.archive import Counts, LedgerRow, RestoreParameters, RunSummary, Status
from schemas.prior.current import DEGRADATIONS
from tests.browser import PHONE, opened, overflow

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egpj\x1b['
SHOWN = HOSTILE.replace("\u202e", "\\u202e").replace("\x1b", "\\u001b")
STATUSES: tuple[Status, ...] = (
    "restored",
    "clean",
    "uncertain",
    "kept",
    "protected",
    "failed",
)


def made_up(number: int) -> LedgerRow:
    """Photograph n has outcome n modulo 6; all but clean ones have one degradation."""
    status = STATUSES[number % 6]
    name = DEGRADATIONS[number % 4]
    return LedgerRow(
        path=f"{HOSTILE if number == 6 else 'summer'}/IMG {number:03d}#.jpg",
        status=status,
        severities={} if status == "clean" else {name: float(1 + number % 100)},
        reason=f"it is cut off {HOSTILE}" if status == "failed" else None,
        lost=("motion-photo video",) if status == "protected" else (),
        engine="engine",
        settings="0" * 16,
        size=1,
        mtime_ns=1,
        output_size=None if status == "failed" else 1,
    )


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A report of 240 photographs, of which the page itself holds 100."""
    monkeypatch.setattr(rows, "PART_ROWS", 100)
    source, output = open_folder(str(tmp_path / "in")), open_folder(str(tmp_path / "out"))
    findings = Findings(output, 24)
    for number in range(240):
        findings.add(made_up(number))
    summary = RunSummary(
        parameters=RestoreParameters(
            input=source.url, output=output.url, keep=("haze",), certainty=0.6
        ),
        engine="engine",
        finished_at="2026-01-01T00:00:00",
        found=240,
        unreadable=(),
        counts=Counts(skipped=240),
        archive=findings.counts,
        report="",
        failures="",
        left_out={"*.txt": 1},
    )
    write_report(source, output, summary, findings)
    return tmp_path / "out/_rr/report.html"


def names(page: Page) -> list[str]:
    return page.locator("#table tbody td:first-child").all_inner_texts()


def status(page: Page) -> str:
    return page.locator("#status").inner_text()


def test_all_photographs_are_there_page_by_page(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        page.get_by_text("240 photographs", exact=True).wait_for()
        assert len(names(page)) == 50
        assert "of 5" in page.locator("#pager").inner_text()
        seen = names(page)
        for _ in range(4):
            page.get_by_role("button", name="Next").press("Enter")
            seen += names(page)
        assert len(set(seen)) == 240
        assert page.get_by_role("button", name="Next").is_disabled()
        page.get_by_label("Page").fill("2")
        page.get_by_label("Page").press("Enter")
        assert names(page) == seen[50:100]


def test_filters_narrow_what_is_shown(browser: Browser, report: Path) -> None:
    expected = [made_up(number) for number in range(240)]
    with opened(browser, report) as page:
        page.get_by_text("240 photographs", exact=True).wait_for()
        page.get_by_label("Outcome").select_option(label="left alone: uncertain")
        assert status(page) == "40 of 240 photographs"
        page.get_by_label("Outcome").select_option(label="left alone, for any reason")
        assert status(page) == "160 of 240 photographs"
        page.get_by_label("Degradation").select_option("blur")
        page.get_by_label("Severity from").fill("50")
        page.get_by_label("to", exact=True).fill("80")
        found = [
            row
            for row in expected
            if row.status not in ("restored", "failed")
            and 50 <= row.severities.get("blur", 0) <= 80
        ]
        assert status(page) == f"{len(found)} of 240 photographs"
        assert names(page) == [row.path for row in found]
        page.get_by_role("button", name="Clear").click()
        page.get_by_text("240 photographs", exact=True).wait_for()
        page.get_by_label("Search").fill("MOTION")
        assert status(page) == "40 of 240 photographs"
        assert page.locator("td[data-label=Lost]").first.inner_text() == "motion-photo video"
        page.get_by_label("Search").fill("IMG 239")
        assert names(page) == ["summer/IMG 239#.jpg"]


def test_names_and_reasons_are_text_whatever_they_hold(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        page.get_by_text("240 photographs", exact=True).wait_for()
        assert f"{SHOWN}/IMG 006#.jpg" in names(page)
        assert page.locator("img").count() == 0
        assert "\u202e" not in page.locator("body").inner_text()


def test_settings_and_every_kind_of_outcome_are_told(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        tiles = page.locator("dl.counts").inner_text().split("\n")
        for words in ("needed nothing", "uncertain", "kept on request", "protected from losses"):
            assert tiles[tiles.index(f"Left alone: {words}") + 1] == "40"
        settings = page.locator(".settings").inner_text()
        assert "keep\thaze" in settings
        assert "certainty\t0.6" in settings
        assert "it is cut off" in page.locator("section[aria-labelledby=failures]").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_fits_a_phone(browser: Browser, report: Path, scheme: Any) -> None:
    with opened(browser, report, PHONE) as page:
        page.emulate_media(color_scheme=scheme)
        page.get_by_text("240 photographs", exact=True).wait_for()
        assert overflow(page) == 0
        row = page.locator("#table tbody tr").nth(2)
        assert row.inner_text().startswith("summer/IMG 002#.jpg")


def test_missing_files_of_rows_are_said(browser: Browser, report: Path) -> None:
    for part in (report.parent / "rows").iterdir():
        part.unlink()
    with opened(browser, report) as page:
        page.get_by_text("the others are in the folder rows").wait_for()
        assert status(page).startswith("100 photographs")


def test_links_lead_to_the_files_and_zoom_shows_their_pixels(
    browser: Browser, parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    wide = make.scene(1600, 40)
    (archive / "a #1?%41 é.png").write_bytes(make.png(wide))
    make.vips(make.scene(30, 20)).tiffsave(str(archive / "b.tif"))
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    finish(parameters, plan, chunks, engine.identity)
    with opened(browser, Path(parameters.output, "_rr/report.html")) as page:
        links = page.locator("main a").evaluate_all("all => all.map(one => one.href)")
        assert len(links) == 2 * 2 * 8
        for link in links:
            assert Path(unquote(urlsplit(link).path)).is_file(), link
        row = page.locator("#table tr", has_text="a #1?%41 é.png")
        row.get_by_role("button", name="Zoom").press("Enter")
        page.get_by_alt_text("after restoration", exact=True).wait_for()
        page.get_by_role("button", name="Original").press("Enter")
        shown = page.get_by_alt_text("before restoration", exact=True)
        assert shown.bounding_box()["width"] < 1280
        page.get_by_role("button", name="1:1").press("Enter")
        box = shown.bounding_box()
        assert (box["width"], box["height"]) == (1600, 40)
        drawn = page.screenshot(clip={**box, "width": 200})
        pixels = pyvips.Image.new_from_buffer(drawn, "").numpy()[..., :3]
        assert np.abs(pixels.astype(int) - wide[:, :200]).max() <= 1
        page.keyboard.press("Escape")
        assert not page.locator("dialog").is_visible()


def test_what_a_browser_cannot_show_has_its_preview(
    browser: Browser, parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    make.vips(make.scene(30, 20)).tiffsave(str(archive / "b.tif"))
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    finish(parameters, plan, chunks, engine.identity)
    with opened(browser, Path(parameters.output, "_rr/report.html")) as page:
        figure = page.locator("figure", has_text="b.tif")
        assert "moderate noise (severity 40)" in figure.inner_text()
        figure.get_by_role("button", name="Zoom").click()
        page.get_by_text("This browser cannot show the file").wait_for()
        small = page.locator("dialog img")
        assert small.evaluate("image => image.naturalWidth") == 30
