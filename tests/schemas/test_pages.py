"""Addresses of pages that a web server shows."""

from pathlib import Path

import pytest

from schemas.pages import PagesSettings, pages_settings
from schemas.settings import UnusableSettingsError


def test_a_page_below_the_folder_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    served = PagesSettings(folder="/data/", url="https://pages.example.org/rr/")
    assert served.address_of("/data/a b/report.html") == (
        "https://pages.example.org/rr/a%20b/report.html"
    )
    assert served.address_of("data/report.html") == "https://pages.example.org/rr/report.html"
    assert served.address_of("/data-2/report.html") is None
    bucket = PagesSettings(folder="s3://photos", url="http://localhost:8000")
    assert bucket.address_of("s3://photos/out/report.html") == (
        "http://localhost:8000/out/report.html"
    )


def test_nothing_is_served_unless_somebody_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert pages_settings().address_of("/data/report.html") is None
    monkeypatch.setenv("RR_PAGES_FOLDER", "/data")
    with pytest.raises(UnusableSettingsError, match="both or neither"):
        pages_settings()
    monkeypatch.setenv("RR_PAGES_URL", "https://user:secret@host")
    with pytest.raises(UnusableSettingsError, match="RR_PAGES_URL: ") as refused:
        pages_settings()
    assert "secret" not in str(refused.value)
