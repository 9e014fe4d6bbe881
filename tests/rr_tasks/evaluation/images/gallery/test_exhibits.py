import numpy as np
import polars as pl

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS
from rr_tasks.evaluation.images.gallery.exhibits import SIDE, choose, hang
from rr_tasks.evaluation.images.gallery.page import draw_gallery, render_gallery
from rr_tasks.evaluation.images.trial import Restored, Trial
from schemas.evaluation import RestorationSetting
from schemas.prior.current import DEGRADATIONS
from tests.reasoners import RuleReasoner


def make_rows(gains, combination="haze"):
    present = combination.split("+")
    count = len(gains)
    return pl.DataFrame(
        {
            "key": [f"{combination}-{number:02}" for number in range(count)],
            "photograph": ["a.jpg"] * count,
            "combination": [combination] * count,
            "outcome": ["restored"] * count,
            "psnr_before": [20.0] * count,
            "psnr_after": [20.0 + gain for gain in gains],
            **{f"true_{name}": [50.0 * (name in present)] * count for name in DEGRADATIONS},
            **{f"found_{name}": [40.0 * (name in present)] * count for name in DEGRADATIONS},
            **{f"{name}_after": [1.25] * count for name in ARTEFACTS},
        }
    )


def test_the_median_and_the_ten_worst_of_each_type_are_chosen():
    hazy, mixed = make_rows(range(20)), make_rows([-3.0, 30.0], "haze+rain")
    chosen = choose(pl.concat([hazy, mixed, make_rows([0.0], "clean")]))
    assert list(chosen) == ["haze", "rain", "clean"]
    worst = ["haze+rain-00", *(f"haze-{number:02}" for number in range(9))]
    assert list(chosen["haze"]) == ["haze-10", *worst]
    assert list(chosen["haze"].values()) == ["median", *(f"worst {rank}" for rank in range(1, 11))]
    assert chosen["rain"] == {"haze+rain-01": "median", "haze+rain-00": "worst 1"}


class Cornered(Trial):
    """Its restorations are wrong in the lower right corner."""

    def pick(self, keys):
        for key in keys:
            clean = np.full((400, 500, 3), 100, np.uint8)
            wrong = clean.copy()
            wrong[300:, 400:] = 200
            yield key, Restored("a.jpg", clean, clean + 1, None, None, wrong, "restored")


CORNERED = Cornered("", RuleReasoner(), None, RestorationSetting())


def test_crops_show_where_it_came_out_worst():
    (section,) = hang(CORNERED, make_rows([1.0, 2.0])).values()
    assert [exhibit.title for exhibit in section] == ["median", "worst 1"]
    assert section[0].gain == "haze, 20.0 -> 22.0 dB"
    assert section[0].restored.shape == (SIDE, SIDE, 3)
    assert (section[0].restored == 200).all(axis=2).sum() == 100 * 100
    assert (section[0].clean == 100).all()
    assert section[0].caption.startswith("a.jpg, restored. True: haze 50. Found: haze 40. ")
    assert "halo 1.25" in section[0].caption


def test_the_page_holds_every_picture_itself_and_the_sheet_a_column_for_each_section():
    sections = hang(CORNERED, pl.concat([make_rows([1.0, 2.0]), make_rows([3.0], "noise")]))
    page = render_gallery(sections, "<all> of it").decode()
    assert page.count('src="data:image/jpeg;base64,') == 3 * 3
    assert "&lt;all&gt; of it" in page
    assert 'src="http' not in page
    assert draw_gallery(sections)[:2] == b"\xff\xd8"
