import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rr_tasks.alignment.report import (
    describe,
    draw_curves,
    list_samples,
    read_log,
    write_report,
)

ROWS = [
    {"step": 2, "lr": 1e-5, "kl": 0.0, "reward_total": 0.1, "moved": 0.3, "clipped": 0.0},
    {"step": 4, "lr": 1e-5, "kl": 0.1, "reward_total": 0.25, "moved": 0.2, "clipped": 0.5},
    {"step": 4, "guard_psnr": 21.5},
]


@pytest.fixture
def run(tmp_path: Path) -> str:
    """The folder of a run with two rows and twenty sheets."""
    (tmp_path / "log.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    (tmp_path / "run.json").write_text('{"network": "edge-restorer"}')
    (tmp_path / "samples").mkdir()
    for step in range(20):
        sheet = np.full((8, 24, 3), step, np.uint8)
        Image.fromarray(sheet).save(tmp_path / "samples" / f"{step:06d}.webp")
    return str(tmp_path)


def test_a_page_shows_curves_and_sheets_from_first_to_last(run: str) -> None:
    page = Path(write_report(run)).read_text()
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == 5
    assert "Reward 0.250 in step 4; it was 0.100 in step 2." in page
    assert page.count("data:image/webp;base64,") == 12
    assert "Step 0<" in page
    assert "Step 19<" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert Path(write_report(run)).read_text() == page


def test_the_reward_is_drawn_first_and_nothing_is_left_out(run: str) -> None:
    assert list(draw_curves(read_log(run))) == [
        "reward_total",
        "clipped",
        "kl",
        "guard_psnr",
        "moved",
    ]


def test_a_run_without_pictures_or_rewards_has_a_page_too(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"step": 1, "lr": 0.1, "loss": NaN}\n')
    assert list_samples(str(tmp_path)) == []
    assert "<svg" not in Path(write_report(str(tmp_path))).read_text()
    assert describe([]) == "Nothing was learned."
