from collections.abc import Callable

import numpy as np
import pytest
import torch

from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.kernels import KERNEL_SIDE
from rr_tasks.reasoner.maps import Maps
from rr_tasks.reasoner.network import ReasonerNetwork
from schemas.network import ReasonerShape
from schemas.prior.current import DiagnosticPrior
from schemas.prior.haze import HazeParameters
from schemas.prior.migrations import load_prior


def maps(scale: float = 1.0) -> Maps:
    y, x = np.mgrid[:16, :16].astype(np.float32) / 16
    kernel = np.zeros((KERNEL_SIDE, KERNEL_SIDE), np.float32)
    kernel[12, 10:15] = 0.2
    return Maps(np.stack([x, y]), kernel, np.array([[0.1, -0.2, 0.3], [0.5, 0.4, 0.3]]), scale)


@pytest.mark.parametrize("light", ["linear", "coded"])
def test_the_map_is_that_of_the_light(prior: DiagnosticPrior, light: str) -> None:
    assert prior.haze.parameters is not None
    parameters = prior.haze.parameters.model_copy(update={"light": light})
    haze = prior.haze.model_copy(update={"parameters": parameters})
    found = maps().complete({"haze": haze})["haze"].parameters
    assert isinstance(found, HazeParameters)
    assert found.transmission_map is not None
    drawn = np.array(found.transmission_map.rows)
    assert drawn == pytest.approx(maps().transmissions[int(light == "coded")], abs=1e-3)
    assert found.transmission == pytest.approx(drawn.mean())


def test_what_is_present_gets_its_maps_and_rain_has_none(prior: DiagnosticPrior) -> None:
    found = maps(0.25).complete(prior.findings)
    assert found["rain"] == prior.rain
    assert found["blur"].parameters.kernel.rows[2] == pytest.approx((0.2,) * 5)
    assert found["blur"].parameters.kernel.cell_px == 4.0
    assert found["noise"].parameters.channels.sigma == pytest.approx((0.02, 0.0, 0.06))
    assert found["noise"].parameters.channels.gain == pytest.approx((0.1, 0.08, 0.06))
    absent = {name: finding.absent() for name, finding in prior.findings.items()}
    assert maps().complete(absent) == absent


def test_a_reasoner_with_maps_diagnoses_valid_priors_of_any_photograph() -> None:
    torch.manual_seed(1)
    network = ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16, maps=True)).eval()
    torch.nn.init.constant_(network.get_parameter("head.3.bias"), 0.5)
    reasoner = EdgeReasoner(network, "e" * 64)
    for shape in ((1, 1, 3), (700, 90, 3), (600, 1100, 3)):
        image = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
        prior = reasoner.diagnose(image)
        assert load_prior(prior.model_dump_json()) == prior
        haze, blur, noise = prior.haze.parameters, prior.blur.parameters, prior.noise.parameters
        assert haze is not None
        assert blur is not None
        assert noise is not None
        assert haze.transmission_map is not None
        assert np.mean(haze.transmission_map.rows) == pytest.approx(haze.transmission, abs=0.01)
        assert blur.kernel is not None
        assert noise.channels is not None


def test_a_reasoner_without_maps_leaves_them_null(
    reasoner_network: Callable[[int], ReasonerNetwork], photograph: np.ndarray
) -> None:
    network = reasoner_network(0)
    torch.nn.init.constant_(network.get_parameter("head.3.bias"), 0.5)
    prior = EdgeReasoner(network, "e" * 64).diagnose(photograph)
    assert prior.haze.parameters is not None
    assert prior.blur.parameters is not None
    assert prior.noise.parameters is not None
    assert prior.haze.parameters.transmission_map is None
    assert prior.blur.parameters.kernel is None
    assert prior.noise.parameters.channels is None
