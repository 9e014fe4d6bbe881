import cv2
import numpy as np
import polars as pl
import pytest

from rr_tasks.evaluation.diagnosis.clean import (
    ALL,
    AS_IT_IS,
    LOOKS,
    VIEWS,
    name_undone,
    show_clean,
    touched,
)
from rr_tasks.photographs.formats.base import UnusablePhotographError
from schemas.prior.current import DiagnosticPrior


def test_every_look_is_shown_in_every_view(photograph: np.ndarray) -> None:
    kept = list(show_clean(photograph, (1, 2)))
    assert [(one.look, one.view) for one in kept] == [(a, b) for a in LOOKS for b in VIEWS]
    height, width = photograph.shape[:2]
    for one in kept:
        half = one.view == "half size"
        assert one.image.shape == ((height // 2, width // 2, 3) if half else photograph.shape)
    assert np.array_equal(kept[0].image, photograph)
    saved = next(one.image for one in kept if one.view == "JPEG 85").astype(float)
    assert 0.1 < np.abs(saved - photograph).mean() < 5
    whole = [one.image for one in kept if one.view == "full size"]
    assert len({image.tobytes() for image in whole}) == len(LOOKS)
    again = list(show_clean(photograph, (1, 2)))
    assert all(np.array_equal(a.image, b.image) for a, b in zip(kept, again, strict=True))


def test_a_photograph_that_shows_nothing_is_refused() -> None:
    with pytest.raises(UnusablePhotographError, match="too small"):
        list(show_clean(np.zeros((31, 400, 3), np.uint8), (0,)))


def test_only_what_is_certain_and_no_guess_would_be_undone(
    photograph: np.ndarray, prior: DiagnosticPrior
) -> None:
    large = np.asarray(cv2.resize(photograph, None, fx=2, fy=2), np.uint8)
    assert name_undone(large, prior) == "haze+blur+rain+noise"
    doubted = prior.blur.model_copy(update={"probability": 0.6})
    assert name_undone(large, prior.model_copy(update={"blur": doubted})) == "haze+rain+noise"
    assert name_undone(np.full((256, 256, 3), 128, np.uint8), prior) == ""


def test_shares_are_counted_by_hand(table) -> None:
    rows = table(
        *(
            {"photograph": photograph, "look": look, "view": view, "undone": undone}
            for photograph, look, view, undone in [
                ("a", AS_IT_IS, "full size", ""),
                ("b", AS_IT_IS, "full size", "blur"),
                ("a", "bokeh", "full size", "blur+noise"),
                ("a", "bokeh", "half size", ""),
            ]
        )
    )
    found = touched(rows)
    assert len(found) == (len(LOOKS) + 1) * (len(VIEWS) + 1)

    def row(look: str, view: str) -> dict[str, object]:
        return found.filter(look=look, view=view).row(0, named=True)

    assert (row(AS_IT_IS, "full size")["touched"], row(AS_IT_IS, ALL)["touched"]) == (0.5, 0.5)
    assert (row("bokeh", "half size")["touched"], row("bokeh", ALL)["touched"]) == (0.0, 0.5)
    everything = row(ALL, ALL)
    assert (everything["samples"], everything["touched"]) == (4, 0.5)
    assert (everything["haze"], everything["blur"], everything["noise"]) == (0, 2, 1)
    assert everything["low"] <= 0.5 <= everything["high"]
    assert row("grain", ALL)["touched"] is None
    assert found.schema["blur"] == pl.Int64
