from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.evaluation.diagnosis.row import COLUMNS, diagnosis_row
from rr_tasks.evaluation.presence import name_combination
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior

priors = st.from_type(DiagnosticPrior)


@given(priors, priors)
def test_a_row_says_what_both_priors_say(truth: DiagnosticPrior, found: DiagnosticPrior) -> None:
    row = diagnosis_row(truth, found)
    assert set(row) <= set(COLUMNS)
    for side, prior in (("true", truth), ("found", found)):
        for name in DEGRADATIONS:
            finding = getattr(prior, name)
            assert row[f"{side}_{name}"] == finding.severity
            told = any(column.startswith(f"{side}_{name}_") for column in row)
            assert told == finding.present
    for name in DEGRADATIONS:
        assert row[f"probability_{name}"] == getattr(found, name).probability
        assert row[f"std_{name}"] == getattr(found, name).severity_std
    assert row["combination"] == name_combination(truth)


def test_parameters_are_in_physical_units(prior: DiagnosticPrior) -> None:
    row = diagnosis_row(prior, prior)
    assert row["combination"] == "haze+blur+rain+noise"
    assert (row["found_haze_transmission"], row["found_haze_atmospheric_light_b"]) == (0.7, 0.85)
    assert (row["true_blur_kind"], row["true_blur_extent_px"]) == ("motion", 7.0)
    assert (row["true_blur_angle_deg"], row["true_rain_angle_deg"]) == (30.0, 100.0)
    assert (row["true_rain_density"], row["true_rain_length_px"]) == (0.03, 30.0)
    assert (row["found_noise_sigma"], row["found_noise_gain"]) == (0.02, 0.03)
    assert row["true_haze_light"] == row["found_noise_light"] == "linear"
