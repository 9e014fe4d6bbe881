import cv2
import numpy as np
import polars as pl
import pytest

from rr_tasks.evaluation.images.examples import _add_caption, draw_examples
from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.evaluation import RestorationSetting


@pytest.fixture
def rows():
    """Five samples of one set, whose gains are 0, 1, 2, 3 and 4 dB."""
    return pl.DataFrame(
        {
            "key": [f"00000000{number}" for number in range(5)],
            "combination": ["haze"] * 5,
            "psnr_before": [20.0] * 5,
            "psnr_after": [24.0, 20.0, 23.0, 21.0, 22.0],
        }
    )


def test_the_sheet_shows_the_median_of_each_set_that_is_there(
    rows, dataset, reasoner_network, restorer_network, monkeypatch
):
    shown = []
    monkeypatch.setattr(
        "rr_tasks.evaluation.images.examples._add_caption",
        lambda image, caption: shown.append(caption) or np.zeros((8, 8, 3), np.uint8),
    )
    reasoner = EdgeReasoner(reasoner_network(0), "0" * 64)
    restorer = PhotographRestorer(EdgeRestorer(restorer_network(0.0)), "0" * 64)
    sheet = draw_examples(Trial(dataset, reasoner, restorer, RestorationSetting()), rows)
    assert shown == ["haze: 20.0 dB", "restored: 22.0 dB", "clean"]
    assert cv2.imdecode(np.frombuffer(sheet, np.uint8), cv2.IMREAD_COLOR).shape == (8, 24, 3)


def test_photographs_keep_their_proportions():
    wide = np.full((50, 200, 3), 90, np.uint8)
    shown = _add_caption(wide, "wide")
    assert shown.shape == (26 + 320, 320, 3)
    assert (shown[26 : 26 + 80] == 90).all()
    assert (shown[26 + 80 :] == 255).all()
