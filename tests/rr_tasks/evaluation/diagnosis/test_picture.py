from xml.etree import ElementTree

import polars as pl

from rr_tasks.evaluation.diagnosis.calibration import reliability
from rr_tasks.evaluation.diagnosis.confusion import confusion
from rr_tasks.evaluation.diagnosis.picture import SIDE, draw_confusion, draw_reliability

SVG = "{http://www.w3.org/2000/svg}"


def test_curves_lie_where_their_bins_do(table) -> None:
    rows = table(
        *({"probability_rain": 0.25, "true_rain": rain} for rain in (0.0, 0.0, 0.0, 20.0)),
        {"probability_rain": 1.0, "true_rain": 20.0, "source": "<other>"},
    )
    drawn = ElementTree.fromstring(draw_reliability(reliability(rows)))
    circles = [(float(one.get("cx")), float(one.get("cy"))) for one in drawn.iter(f"{SVG}circle")]
    assert circles == [(0.25 * SIDE, 0.75 * SIDE), (SIDE, 0.0)]
    words = [one.text for one in drawn.iter(f"{SVG}text")]
    assert {"haze", "blur", "rain", "noise", "edge-default", "<other>"} <= set(words)
    assert len({one.get("stroke") for one in drawn.iter(f"{SVG}polyline")}) == 2


def test_cells_hold_their_counts_and_are_shaded_by_row(table) -> None:
    rows = table(
        *({"true_haze": 20.0, "found_haze": found} for found in (20.0, 20.0, 20.0, 0.0)),
        {"source": "other", "true_haze": 20.0},
    )
    drawn = ElementTree.fromstring(draw_confusion(confusion(rows)))
    cells = {
        one.findtext(f"{SVG}title"): float(one.get("fill-opacity"))
        for one in drawn.iter(f"{SVG}rect")
        if one.get("fill-opacity")
    }
    assert len(cells) == 256
    assert cells["haze as haze: 3, 60.0 %"] == 0.616
    assert cells["haze as clean: 2, 40.0 %"] == 0.424
    assert cells["blur as blur: 0, 0.0 %"] == 0.04
    counts = [one.text for one in drawn.iter(f"{SVG}text") if (one.text or "").isdigit()]
    assert counts == ["2", "3"]


def test_all_recipes_are_drawn_at_once(perfect) -> None:
    grids = perfect.filter(pl.col("part") == "source")
    drawn = draw_confusion(confusion(grids))
    assert drawn.count(": 6, 100.0 %") == 16
