import numpy as np
import numpy.typing as npt
import pytest

from rr_tasks.inspection.maps import draw_maps
from schemas.prior.current import DiagnosticPrior, Kernel, Light, NoiseChannels, TransmissionMap

DOT: npt.NDArray[np.float64] = np.zeros((9, 9))
DOT[4, 3:6] = 0.2, 0.6, 0.2


def with_maps(
    prior: DiagnosticPrior,
    transmission: TransmissionMap | None,
    kernel: Kernel | None,
    light: Light = "linear",
) -> DiagnosticPrior:
    """The prior with these maps."""
    maps = {"haze": {"transmission_map": transmission}, "blur": {"kernel": kernel, "light": light}}
    found = {}
    for name, update in maps.items():
        finding = prior.finding(name)
        assert finding.parameters is not None
        parameters = finding.parameters.model_copy(update=update)
        found[name] = finding.model_copy(update={"parameters": parameters})
    return prior.model_copy(update=found)


def test_a_prior_without_maps_has_no_drawings(prior: DiagnosticPrior) -> None:
    assert draw_maps(prior) == []


def test_thick_haze_is_light(prior: DiagnosticPrior) -> None:
    rows = ((0.2,) * 8 + (0.9,) * 8,) * 16
    (drawing,) = draw_maps(with_maps(prior, TransmissionMap(rows=rows), None))
    assert drawing.title == "Haze lets through 20% to 90%"
    assert drawing.aspect == prior.image.width / prior.image.height
    assert drawing.greys[0, [0, 15]] == pytest.approx([0.8, 0.1])
    assert drawing.uri.startswith("data:image/png;base64,")


@pytest.mark.parametrize(("light", "side"), [("linear", 0.6125), ("coded", 1 / 3)])
def test_a_spread_is_drawn_as_a_screen_shows_it(
    prior: DiagnosticPrior, light: Light, side: float
) -> None:
    kernel = Kernel(rows=DOT.tolist(), cell_px=2.0)
    (drawing,) = draw_maps(with_maps(prior, None, kernel, light))
    assert drawing.title == "Blur of a point, 6 px across"
    assert drawing.greys.shape == (3, 3)  # without the dark margin
    assert drawing.greys[1] == pytest.approx([side, 1.0, side], abs=1e-3)
    assert not drawing.greys[[0, 2]].any()


def test_a_point_that_stayed_a_point_is_drawn(prior: DiagnosticPrior) -> None:
    (drawing,) = draw_maps(with_maps(prior, None, Kernel(rows=((1.0,),), cell_px=1.0)))
    assert drawing.greys == pytest.approx(np.ones((1, 1)))


def test_noise_is_drawn_for_each_channel_from_dark_to_bright(prior: DiagnosticPrior) -> None:
    channels = NoiseChannels(sigma=(0.0, 0.02, 0.01), gain=(0.0016, 0.0, 0.0))
    assert prior.noise.parameters
    parameters = prior.noise.parameters.model_copy(update={"channels": channels})
    noise = prior.noise.model_copy(update={"parameters": parameters})
    (drawing,) = draw_maps(prior.model_copy(update={"noise": noise}))
    assert drawing.title == "Noise from dark to bright: red up to 4.0%, green 2.0%, blue 1.0%"
    assert drawing.greys.shape == (6, 16)
    red, green, blue = drawing.greys[::2]
    assert np.diff(red).min() > 0
    assert (red[0], red[-1]) == (0.0, 1.0)
    assert green == pytest.approx(0.5)
    assert blue == pytest.approx(0.25)


def test_no_noise_at_all_is_black(prior: DiagnosticPrior) -> None:
    assert prior.noise.parameters
    channels = NoiseChannels(sigma=(0.0,) * 3, gain=(0.0,) * 3)
    parameters = prior.noise.parameters.model_copy(update={"channels": channels})
    noise = prior.noise.model_copy(update={"parameters": parameters})
    (drawing,) = draw_maps(prior.model_copy(update={"noise": noise}))
    assert not drawing.greys.any()
