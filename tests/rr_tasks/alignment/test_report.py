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
from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS

START = {"psnr": 21.5, "ssim": 0.8, **dict.fromkeys(ARTEFACTS, 1.0), "reward": 0.5}
BETTER = {**START, "psnr": 21.6, "reward": 0.75}
HACKED = {**START, "psnr": 21.0, "reward": 0.9}


def look(step: int, measures: dict[str, float]) -> dict[str, float]:
    """A row of what the guard saw."""
    return {"step": step, **{f"guard_{name}": value for name, value in measures.items()}}


ROWS = [
    look(0, START),
    {"step": 2, "lr": 1e-5, "kl": 0.0, "reward_total": 0.1, "moved": 0.3, "clipped": 0.0},
    {"step": 4, "lr": 1e-5, "kl": 0.1, "reward_total": 0.25, "moved": 0.2, "clipped": 0.5},
    look(4, BETTER),
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
    assert page.count("<svg") == 4 + len(START)
    assert "The result is step 4" in page
    assert page.count("data:image/webp;base64,") == 12
    assert "Step 0<" in page
    assert "Step 19<" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert Path(write_report(run)).read_text() == page


def test_the_reward_is_drawn_first_and_nothing_is_left_out(run: str) -> None:
    first = ["reward_total", "clipped", "kl", "guard_psnr", "guard_ssim", "guard_reward"]
    artefacts = [f"guard_{name}" for name in ARTEFACTS]
    assert list(draw_curves(read_log(run))) == [*first, *artefacts, "moved"]


def test_what_became_of_it_is_told_by_photographs_that_stay_the_same() -> None:
    went = "on withheld photographs, the reward went from 0.500 to 0.750, and PSNR from 21.50 to"
    assert describe(ROWS) == f"The result is step 4: {went} 21.60 dB."
    rolled_back = [*ROWS, look(8, HACKED), look(12, HACKED)]
    assert describe(rolled_back) == describe(ROWS)


def test_a_run_that_leads_nowhere_says_so_and_why() -> None:
    same = "The result is the restorer that the run began with: others were no better"
    assert describe([look(0, START), look(4, {**START, "reward": 0.4})]) == f"{same}."
    lost = [look(0, START), look(4, HACKED), look(8, HACKED)]
    assert describe(lost) == f"{same} or lost fidelity (psnr)."


def test_a_run_without_pictures_or_rewards_has_a_page_too(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"step": 1, "lr": 0.1, "loss": NaN}\n')
    assert list_samples(str(tmp_path)) == []
    assert "<svg" not in Path(write_report(str(tmp_path))).read_text()
    assert describe([]) == "Nothing was learned."
