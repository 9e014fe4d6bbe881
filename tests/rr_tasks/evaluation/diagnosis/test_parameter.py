import polars as pl
import pytest

from rr_tasks.evaluation.diagnosis.parameter import parameter_errors


def errors(rows: pl.DataFrame) -> dict[str, tuple[int, float | None, float | None]]:
    found = parameter_errors(rows).select("parameter", "samples", "mean", "median")
    return {name: tuple(numbers) for name, *numbers in found.iter_rows()}


def test_errors_are_counted_by_hand(table) -> None:
    light = {
        "true_haze_light_r": 0.8,
        "true_haze_light_g": 0.8,
        "true_haze_light_b": 0.8,
        "found_haze_light_r": 0.9,
        "found_haze_light_g": 0.8,
        "found_haze_light_b": 0.6,
    }
    blurs = [
        {"true_blur_extent_px": 10.0, "found_blur_extent_px": found} for found in (9.0, 11.0, 16.0)
    ]
    found = errors(table(light, *blurs))
    assert found["haze airlight"] == pytest.approx((1, 0.1, 0.1))
    assert found["blur extent"] == pytest.approx((3, 8 / 3, 1.0))
    assert found["blur extent, relative"] == pytest.approx((3, 0.8 / 3, 0.1))
    assert found["rain density"] == (0, None, None)


@pytest.mark.parametrize(
    ("one", "other", "between"),
    [
        (10.0, 10.0, 0.0),
        (175.0, 5.0, 10.0),
        (5.0, 175.0, 10.0),
        (0.0, 90.0, 90.0),
        (30.0, 70.0, 40.0),
    ],
)
def test_angles_are_those_of_axes(table, one: float, other: float, between: float) -> None:
    rows = table(
        {"true_blur_angle_deg": one, "found_blur_angle_deg": other},
        {"true_blur_angle_deg": one},  # found to be defocus, which has no axis
    )
    assert errors(rows)["blur angle"] == pytest.approx((1, between, between))


def test_the_axis_of_motion_is_told_apart_from_that_of_gaussians(table) -> None:
    turned = {"true_blur_angle_deg": 20.0, "found_blur_kind": "motion"}
    rows = table(
        turned | {"true_blur_kind": "motion", "found_blur_angle_deg": 25.0},
        turned | {"true_blur_kind": "gaussian", "found_blur_angle_deg": 65.0},
    )
    assert errors(rows)["blur angle, motion"] == (1, 5.0, 5.0)
    assert errors(rows)["blur angle"] == (2, 25.0, 25.0)


def test_wrong_kinds_are_a_share_of_what_was_found(table) -> None:
    rows = table(
        *({"true_blur_kind": "motion", "found_blur_kind": kind} for kind in ("motion", "defocus")),
        {"true_blur_kind": "motion"},
        {"found_blur_kind": "motion"},
    )
    assert errors(rows)["blur kind"][:2] == (2, 0.5)


def test_perfect_predictions_have_no_errors(perfect) -> None:
    found = parameter_errors(perfect.filter(pl.col("part") == "recipe"))
    assert found["recipe"].unique(maintain_order=True).to_list() == ["one", "two"]
    assert set(found["mean"]) | set(found["median"]) == {0.0}
    assert set(found["samples"]) == {24}
