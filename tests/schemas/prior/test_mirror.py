import pytest

from schemas.prior.current import DiagnosticPrior
from schemas.prior.mirror import mirror
from schemas.prior.text import write_instruction
from schemas.prior.vector import mirrored_entries, to_vector


def test_a_mirrored_vector_is_the_vector_of_the_mirrored_prior(prior: DiagnosticPrior) -> None:
    expected = to_vector(prior)
    for entry in mirrored_entries():
        expected[entry] *= -1
    assert to_vector(mirror(prior)) == pytest.approx(expected, abs=1e-9)


def test_the_words_name_the_mirrored_axes(prior: DiagnosticPrior) -> None:
    assert prior.rain.parameters is not None
    angle = prior.rain.parameters.angle_deg
    assert f"at {180 - angle:.0f} degrees" in write_instruction(mirror(prior))
    assert f"at {angle:.0f} degrees" not in write_instruction(mirror(prior))


def test_mirroring_twice_changes_no_finding(prior: DiagnosticPrior) -> None:
    twice = mirror(mirror(prior))
    assert to_vector(twice) == pytest.approx(to_vector(prior))
    DiagnosticPrior.model_validate(mirror(prior).model_dump())


def test_an_axis_along_the_edge_stays(prior: DiagnosticPrior) -> None:
    assert prior.blur.parameters is not None
    level = prior.blur.parameters.model_copy(update={"angle_deg": 0.0})
    lying = prior.model_copy(update={"blur": prior.blur.model_copy(update={"parameters": level})})
    assert mirror(lying).blur == lying.blur
