import polars as pl
import pytest

from rr_tasks.evaluation.diagnosis.parameter import parameter_errors
from schemas.prior.current import DiagnosticPrior


def errors(rows: pl.DataFrame) -> dict[str, tuple[int, float | None, float | None]]:
    found = parameter_errors(rows).select("parameter", "samples", "mean", "median")
    return {name: tuple(numbers) for name, *numbers in found.iter_rows()}


LIGHTS = {"true_haze_light": "coded", "found_haze_light": "coded"}


def test_errors_are_counted_by_hand(table) -> None:
    colours = {
        "true_haze_atmospheric_light_r": 0.8,
        "true_haze_atmospheric_light_g": 0.8,
        "true_haze_atmospheric_light_b": 0.8,
        "found_haze_atmospheric_light_r": 0.9,
        "found_haze_atmospheric_light_g": 0.8,
        "found_haze_atmospheric_light_b": 0.6,
    }
    blurs = [
        {"true_blur_extent_px": 10.0, "found_blur_extent_px": found} for found in (9.0, 11.0, 16.0)
    ]
    found = errors(table(LIGHTS | colours, *blurs))
    assert found["haze atmospheric light"] == pytest.approx((1, 0.1, 0.1))
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
        {"true_rain_angle_deg": one, "found_rain_angle_deg": other},
        {"true_rain_angle_deg": one},  # not found
    )
    assert errors(rows)["rain angle"] == pytest.approx((1, between, between))


def test_only_the_axis_of_motion_counts(table) -> None:
    turned = {"true_blur_angle_deg": 20.0, "found_blur_angle_deg": 25.0}
    rows = table(
        turned | {"true_blur_kind": "motion", "found_blur_kind": "gaussian"},
        turned | {"true_blur_kind": "gaussian", "found_blur_kind": "motion"},
        turned | {"true_blur_kind": "motion", "found_blur_kind": "defocus"},
    )
    assert errors(rows)["blur angle"] == (1, 5.0, 5.0)


def test_wrong_words_are_a_share_of_what_was_found(table) -> None:
    rows = table(
        *({"true_blur_kind": "motion", "found_blur_kind": kind} for kind in ("motion", "defocus")),
        {"true_blur_kind": "motion"},
        {"found_blur_kind": "motion"},
        *({"true_haze_light": light, "found_haze_light": "coded"} for light in ("coded", "linear")),
    )
    assert errors(rows)["blur kind"][:2] == (2, 0.5)
    assert errors(rows)["haze light"][:2] == (2, 0.5)


def test_numbers_in_different_lights_are_not_compared(table) -> None:
    off = {"true_haze_transmission": 0.5, "found_haze_transmission": 0.7}
    rows = table(LIGHTS | off, LIGHTS | off | {"found_haze_light": "linear"})
    assert errors(rows)["haze transmission"] == pytest.approx((1, 0.2, 0.2))


def test_every_parameter_of_every_type_is_measured(table) -> None:
    measured = " ".join(errors(table({})))
    for finding in DiagnosticPrior.types().values():
        kind = finding.degradation()
        for field in set(kind.model_fields) - set(kind.maps):
            assert field.replace("_px", "").replace("_deg", "").replace("_", " ") in measured


def test_perfect_predictions_have_no_errors(perfect) -> None:
    found = parameter_errors(perfect.filter(pl.col("part") == "source"))
    assert found["source"].unique(maintain_order=True).to_list() == ["one", "two"]
    assert set(found["mean"]) | set(found["median"]) == {0.0}
    assert set(found["samples"]) == {24}
