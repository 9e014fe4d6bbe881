import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.priors import leave_out, make_absent_findings, make_prior, without_maps
from rr_tasks.scene import describe
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior, Provenance

PROVENANCE = Provenance(source="teacher", author="test")


def test_nothing_is_found_of_any_type() -> None:
    found = make_absent_findings()
    assert tuple(found) == DEGRADATIONS
    assert not any(finding.present for finding in found.values())


def test_a_prior_follows_from_findings_and_photograph(
    prior: DiagnosticPrior, photograph: np.ndarray
) -> None:
    made = make_prior(photograph, {"rain": prior.rain, "blur": prior.blur}, PROVENANCE)
    assert (made.image.width, made.image.height) == (192, 128)
    assert made.scene == describe(photograph)
    assert set(made.present()) == {"blur", "rain"}
    assert made.order == ("blur", "rain")
    assert made.reasoning.endswith("so undo blur, then rain.")


def test_what_is_left_out_is_absent_and_not_mentioned(prior: DiagnosticPrior) -> None:
    assert leave_out(prior, ()) is prior
    left = leave_out(prior, ("haze", "noise"))
    assert left.order == ("blur", "rain")
    assert not left.haze.present
    assert "haze" not in left.reasoning
    assert DiagnosticPrior.model_validate_json(left.model_dump_json()) == left


@given(st.from_type(DiagnosticPrior))
def test_without_maps_a_prior_is_small_and_otherwise_the_same(prior: DiagnosticPrior) -> None:
    small = without_maps(prior)
    assert without_maps(small) == small
    assert DiagnosticPrior.model_validate_json(small.model_dump_json()) == small
    for name, finding in prior.present().items():
        changes = dict.fromkeys(finding.degradation().maps)
        assert small.finding(name).parameters == finding.parameters.model_copy(update=changes)
    absent = {name for name, finding in prior.findings.items() if not finding.present}
    assert all(small.finding(name) == prior.finding(name) for name in absent)
