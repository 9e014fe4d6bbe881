import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.prior.current import DiagnosticPrior, Kernel, TransmissionMap
from schemas.prior.migrations import load_prior
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


@given(st.from_type(DiagnosticPrior))
def test_mirroring_twice_changes_nothing(prior: DiagnosticPrior) -> None:
    twice = mirror(mirror(prior))
    assert to_vector(twice) == pytest.approx(to_vector(prior), abs=1e-9)
    for finding, other in zip(prior.present().values(), twice.present().values(), strict=True):
        for name in finding.degradation().maps:
            assert getattr(finding.parameters, name) == getattr(other.parameters, name)
    assert load_prior(mirror(prior).model_dump_json()) == mirror(prior)


def test_maps_are_mirrored_with_the_photograph(prior: DiagnosticPrior) -> None:
    thin_on_the_left = TransmissionMap(rows=((0.9,) * 8 + (0.5,) * 8,) * 16)
    to_the_right = Kernel(rows=((0.0,) * 3, (0.0, 0.7, 0.3), (0.0,) * 3), cell_px=2.0)
    haze, blur = prior.haze.parameters, prior.blur.parameters
    assert haze is not None
    assert blur is not None
    drawn = {
        "haze": haze.model_copy(update={"transmission_map": thin_on_the_left}),
        "blur": blur.model_copy(update={"kernel": to_the_right}),
    }
    mapped = prior.model_copy(
        update={
            name: prior.finding(name).model_copy(update={"parameters": parameters})
            for name, parameters in drawn.items()
        }
    )
    haze, blur = mirror(mapped).haze.parameters, mirror(mapped).blur.parameters
    assert haze is not None
    assert haze.transmission_map is not None
    assert haze.transmission_map.rows[0] == (0.5,) * 8 + (0.9,) * 8
    assert blur is not None
    assert blur.kernel is not None
    assert blur.kernel.rows[1] == (0.3, 0.7, 0.0)
    assert blur.kernel.cell_px == 2.0


def test_an_axis_along_the_edge_stays(prior: DiagnosticPrior) -> None:
    assert prior.blur.parameters is not None
    level = prior.blur.parameters.model_copy(update={"angle_deg": 0.0})
    lying = prior.model_copy(update={"blur": prior.blur.model_copy(update={"parameters": level})})
    assert mirror(lying).blur == lying.blur
