from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rr_tasks.degrade.kernels import motion_kernel
from rr_tasks.degrade.point_spread import draw_kernel
from rr_tasks.degrade.transmission import draw_map
from rr_tasks.restorer.guides import PLANES, PhysicalGuides
from schemas.prior.current import DiagnosticPrior
from schemas.prior.finding import Finding
from schemas.prior.light import Light
from schemas.prior.mirror import mirror

HEIGHT, WIDTH = 128, 192
LIGHTS = st.sampled_from(get_args(Light))


@pytest.fixture
def told(prior: DiagnosticPrior) -> DiagnosticPrior:
    """A prior with maps, lopsided ones."""
    assert prior.haze.parameters
    assert prior.blur.parameters
    slope = np.linspace(0.3, 0.9, WIDTH, dtype=np.float32)[None].repeat(HEIGHT, 0)
    haze = prior.haze.parameters.model_copy(update={"transmission_map": draw_map(slope)})
    kernel = draw_kernel(motion_kernel(7.0, 30.0, 0.5))
    blur = prior.blur.parameters.model_copy(update={"kernel": kernel})
    return prior.model_copy(
        update={
            "haze": prior.haze.model_copy(update={"parameters": haze}),
            "blur": prior.blur.model_copy(update={"parameters": blur}),
        }
    )


def doubted(finding: Finding, probability: float = 0.7) -> Finding:
    return finding.model_copy(update={"probability": probability})


def whole(photograph: np.ndarray, prior: DiagnosticPrior | None) -> np.ndarray:
    return PhysicalGuides(photograph, prior)[:, :]


def test_blur_is_undone_and_then_haze(photograph: np.ndarray, told: DiagnosticPrior) -> None:
    planes = whole(photograph, told)
    assert planes.shape == (HEIGHT, WIDTH, PLANES)
    clear, sharp = planes[..., :3].astype(int), planes[..., 3:6].astype(int)
    assert np.abs(sharp - photograph).mean() > 2
    assert np.abs(clear - sharp).mean() > 2
    assert np.diff(planes[..., 6].mean(0)[::32]).min() > 0  # as the map says


def test_what_is_absent_doubted_or_unknown_leaves_the_pixels(
    photograph: np.ndarray, told: DiagnosticPrior
) -> None:
    absent = told.model_copy(
        update={name: getattr(told, name).absent() for name in ("haze", "blur")}
    )
    uncertain = told.model_copy(
        update={name: doubted(getattr(told, name)) for name in ("haze", "blur")}
    )
    for prior in (absent, uncertain, None):
        planes = whole(photograph, prior)
        assert np.array_equal(planes[..., :3], photograph)
        assert np.array_equal(planes[..., 3:6], photograph)
        assert np.all(planes[..., 6] == 255)


def test_noise_calms_the_deconvolution_unless_it_is_doubted(
    photograph: np.ndarray, told: DiagnosticPrior
) -> None:
    noises = (told.noise, doubted(told.noise), told.noise.absent())
    calm, doubtful, sharp = (
        whole(photograph, told.model_copy(update={"noise": noise}))[..., 3:6] for noise in noises
    )
    assert np.array_equal(doubtful, sharp)
    assert np.diff(calm.astype(int), axis=1).std() < np.diff(sharp.astype(int), axis=1).std()


def check_same_but_for_rounding(planes: np.ndarray, others: np.ndarray) -> None:
    """What lies between two codes may round to either, here and there."""
    difference = np.abs(planes.astype(int) - others)
    assert difference.max() <= 1
    assert (difference != 0).sum() <= 2 + 0.001 * difference.size


def in_lights(prior: DiagnosticPrior, lights: dict[str, Light]) -> DiagnosticPrior:
    changed = {}
    for name, light in lights.items():
        finding = getattr(prior, name)
        parameters = finding.parameters.model_copy(update={"light": light})
        changed[name] = finding.model_copy(update={"parameters": parameters})
    return prior.model_copy(update=changed)


def spans(length: int) -> st.SearchStrategy[slice]:
    bounds = st.lists(st.integers(0, length), min_size=2, max_size=2, unique=True)
    return bounds.map(sorted).map(lambda ends: slice(*ends))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    area=st.tuples(spans(HEIGHT), spans(WIDTH)),
    lights=st.fixed_dictionaries({"haze": LIGHTS, "blur": LIGHTS}),
)
def test_parts_of_any_cut_agree_with_the_whole(
    photograph: np.ndarray,
    told: DiagnosticPrior,
    area: tuple[slice, slice],
    lights: dict[str, Light],
) -> None:
    guides = PhysicalGuides(photograph, in_lights(told, lights))
    check_same_but_for_rounding(guides[area], guides[:, :][area])


def test_a_mirrored_photograph_has_mirrored_guides(
    photograph: np.ndarray, told: DiagnosticPrior
) -> None:
    mirrored = whole(np.ascontiguousarray(photograph[:, ::-1]), mirror(told))
    check_same_but_for_rounding(mirrored[:, ::-1], whole(photograph, told))


def test_16_bits_guide_as_8_bits_do(photograph: np.ndarray, told: DiagnosticPrior) -> None:
    wide = photograph.astype(np.uint16) * 257
    assert np.abs(whole(wide, told).astype(int) - whole(photograph, told)).max() <= 2
