import numpy as np
import pytest

from rr_tasks.degrade.kernels import motion_kernel
from rr_tasks.training.truth import UNKNOWN, Truth
from schemas.prior.current import DiagnosticPrior
from schemas.prior.kernel import Kernel
from schemas.prior.mirror import mirror
from schemas.prior.noise_channels import NoiseChannels
from schemas.prior.transmission_map import TransmissionMap
from schemas.prior.vector import FIELDS

EVERYTHING = (slice(0.0, 1.0), slice(0.0, 1.0))


@pytest.fixture
def mapped(prior: DiagnosticPrior) -> DiagnosticPrior:
    """A prior with a map that rises to the right and downwards, a kernel, and uneven noise."""
    y, x = np.mgrid[:16, :16] / 16
    rows = tuple(map(tuple, (0.2 + 0.5 * x + 0.2 * y).tolist()))
    kernel = tuple(map(tuple, motion_kernel(7, 30.0, 0.5).tolist()))
    channels = NoiseChannels(sigma=(0.01, 0.02, 0.03), gain=(0.02, 0.03, 0.04))
    maps = {
        "haze": {"transmission_map": TransmissionMap(rows=rows)},
        "blur": {"kernel": Kernel(rows=kernel, cell_px=1.0)},
        "noise": {"channels": channels},
    }
    findings = {}
    for name, update in maps.items():
        finding = getattr(prior, name)
        parameters = finding.parameters.model_copy(update=update)
        findings[name] = finding.model_copy(update={"parameters": parameters})
    return prior.model_copy(update=findings)


def check_equal(truth: Truth, other: Truth) -> None:
    for one, two in zip(truth, other, strict=True):
        assert one == pytest.approx(two, abs=1e-3)


def test_a_prior_without_maps_has_truth_about_its_vector_alone(prior: DiagnosticPrior) -> None:
    truth = Truth.of(prior, 1.0)
    assert (truth.map == UNKNOWN).all()
    assert (truth.channels == UNKNOWN).all()
    assert not truth.kernel.any()
    assert (truth.cut((slice(0.2, 0.9), slice(0.0, 1.0))).map == UNKNOWN).all()


def test_the_mirrored_truth_is_that_of_the_mirrored_photograph(mapped: DiagnosticPrior) -> None:
    check_equal(Truth.of(mapped, 1.0).mirror(1), Truth.of(mirror(mapped), 1.0))


def test_upside_down_and_mirrored_is_turned_by_180_degrees(mapped: DiagnosticPrior) -> None:
    truth = Truth.of(mapped, 1.0)
    turned = truth.mirror(0).mirror(1)
    assert turned.vector == pytest.approx(truth.vector)
    for one, two in ((turned.map, truth.map), (turned.kernel, truth.kernel)):
        assert np.array_equal(one, two[::-1, ::-1])
        assert not np.array_equal(one, two)


def test_colours_are_swapped_in_airlight_and_noise(mapped: DiagnosticPrior) -> None:
    truth = Truth.of(mapped, 1.0)
    swapped = truth.swap_colours(np.array([2, 0, 1]))
    light = [FIELDS.index(f"haze.light_{channel}") for channel in "rgb"]
    assert np.array_equal(swapped.vector[light], truth.vector[light][[2, 0, 1]])
    assert np.array_equal(swapped.channels, truth.channels[:, [2, 0, 1]])
    assert truth.channels[0] == pytest.approx([0.05, 0.1, 0.15])


def test_a_window_shows_its_part_of_the_map(mapped: DiagnosticPrior) -> None:
    truth = Truth.of(mapped, 1.0)
    check_equal(truth.cut(EVERYTHING), truth)
    part = truth.cut((slice(0.25, 0.75), slice(0.5, 1.0)))
    # In the middle of a cell of half the size, a map that rises evenly has risen half as far.
    assert part.map[4, 6] == pytest.approx(truth.map[0, 0] + 0.2 * 5.75 / 16 + 0.5 * 10.75 / 16)
    assert np.ptp(part.map) < np.ptp(truth.map)
    assert part.kernel is truth.kernel
