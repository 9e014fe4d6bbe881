import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tasks.degrade.blur import blur_severity
from rr_tasks.degrade.catalogue import CATALOGUE
from rr_tasks.reasoner.diagnosis import UndiagnosedError
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import CHANNEL_ENTRIES, Reading, ReasonerNetwork
from rr_tasks.weights.file import UnusableWeightsError, hash_weights, save_network
from schemas.network import ReasonerShape
from schemas.prior.current import DEGRADATIONS, VISIBLE_SEVERITY, DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.prior.vector import FIELDS, VECTOR_LENGTH

MakeNetwork = Callable[[int], ReasonerNetwork]
SHA = "f" * 64
NOISE = [0.0] * len(CHANNEL_ENTRIES)
DOUBTS = [math.log(0.05), math.log(0.1), math.log(0.2), 9.0]


def image(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


class Saying(ReasonerNetwork):
    """A network that answers with a given vector, `present` as logits."""

    answer: list[float]

    def forward(self, overview: torch.Tensor, *_: torch.Tensor) -> Reading:
        said = [*self.answer, *DOUBTS, *NOISE]
        return Reading(torch.tensor([said] * len(overview)), None, None)


SAYING = Saying(ReasonerShape(widths=(8, 8, 8), hidden=16)).eval()


def told(answer: list[float]) -> EdgeReasoner:
    SAYING.answer = answer
    return EdgeReasoner(SAYING, SHA)


def check_agreement(prior: DiagnosticPrior) -> None:
    """Severities and physical parameters say the same."""
    short_side = min(prior.image.width, prior.image.height)
    for name, finding in prior.present().items():
        assert finding.severity >= VISIBLE_SEVERITY
        expected = CATALOGUE[name].severity(finding.parameters, short_side)
        assert finding.severity == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (2000, 30), (30, 2000), (131, 257)])
def test_any_photograph_gets_a_valid_prior(
    reasoner_network: MakeNetwork, shape: tuple[int, int]
) -> None:
    found: set[str] = set()
    for seed in range(12):
        prior = EdgeReasoner(reasoner_network(seed), SHA).diagnose(image(*shape))
        assert load_prior(prior.model_dump_json()) == prior
        assert (prior.image.height, prior.image.width) == shape
        assert prior.provenance.weights_sha256 == SHA
        check_agreement(prior)
        found.update(prior.order)
    assert found == set(DEGRADATIONS)


@settings(max_examples=40)
@given(
    st.lists(st.floats(-3, 3, width=32), min_size=VECTOR_LENGTH, max_size=VECTOR_LENGTH),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_whatever_the_network_says_the_prior_agrees_with_itself(
    answer: list[float], height: int, width: int
) -> None:
    prior = told(answer).diagnose(image(height, width))
    for name in DEGRADATIONS:
        logit = answer[FIELDS.index(f"{name}.present")]
        if abs(logit) > 1e-3:
            assert getattr(prior, name).present == (logit > 0)
    check_agreement(prior)


def test_a_severity_that_is_seen_is_kept() -> None:
    answer = dict.fromkeys(FIELDS, 0.5)
    answer |= {f"{name}.present": 5.0 for name in DEGRADATIONS}
    answer |= {"haze.severity": 0.4, "rain.severity": 0.6, "noise.severity": 0.8}
    prior = told(list(answer.values())).diagnose(image(400, 500))
    assert prior.haze.severity == pytest.approx(40, abs=1e-4)
    assert prior.rain.severity == pytest.approx(60, abs=1e-4)
    assert prior.noise.severity == pytest.approx(80, abs=1e-4)
    assert prior.blur.parameters is not None
    assert prior.blur.severity == pytest.approx(50, abs=1e-4)
    assert prior.order == ("noise", "blur", "rain", "haze")


def test_deviations_are_those_of_a_laplace_distribution_and_of_what_is_found() -> None:
    answer = dict.fromkeys(FIELDS, 0.5) | {f"{name}.present": 5.0 for name in DEGRADATIONS}
    prior = told(list(answer.values())).diagnose(image(400, 500))
    found = [getattr(prior, name).severity_std for name in DEGRADATIONS]
    assert found == pytest.approx([5 * 2**0.5, 10 * 2**0.5, 20 * 2**0.5, 100.0], abs=0.01)
    answer["rain.present"] = -5.0
    assert told(list(answer.values())).diagnose(image(400, 500)).rain.severity_std is None


def test_lengths_are_measured_in_pixels_of_the_photograph() -> None:
    answer = dict.fromkeys(FIELDS, 0.5) | {f"{name}.present": 5.0 for name in DEGRADATIONS}
    answer["blur.severity"] = blur_severity(16.0, 512) / 100
    small, large = (told(list(answer.values())).diagnose(image(side, side)) for side in (512, 2048))
    for prior, factor in ((small, 1), (large, 4)):
        assert prior.blur.parameters is not None
        assert prior.rain.parameters is not None
        assert prior.blur.parameters.extent_px == pytest.approx(16 * factor)
        assert prior.rain.parameters.length_px == pytest.approx(32 * factor)
    assert large.blur.severity == pytest.approx(small.blur.severity)


def test_a_batch_is_diagnosed_as_each_alone(
    reasoner_network: MakeNetwork, photograph: np.ndarray
) -> None:
    reasoner = EdgeReasoner(reasoner_network(1), SHA)
    images = [photograph, 255 - photograph, image(140, 150), image(20, 30) // 4]
    together, deviations, _ = reasoner.predict(images)
    alone = np.concatenate([reasoner.predict([one]).vectors for one in images])
    assert together.shape == (4, VECTOR_LENGTH)
    assert deviations.shape == (4, len(DEGRADATIONS))
    assert together == pytest.approx(alone, abs=0.03)
    assert len({tuple(vector) for vector in together.tolist()}) == 4


def test_presence_is_a_probability(reasoner_network: MakeNetwork) -> None:
    present = [FIELDS.index(f"{name}.present") for name in DEGRADATIONS]
    for seed in range(4):
        reasoner = EdgeReasoner(reasoner_network(seed), SHA)
        vector = reasoner.predict([image(64, 64)]).vectors[0, present]
        assert vector.min() > 0
        assert vector.max() < 1


def test_16_bits_are_diagnosed_as_8_bits_are(reasoner_network: MakeNetwork) -> None:
    reasoner = EdgeReasoner(reasoner_network(0), SHA)
    narrow = image(150, 140)
    assert reasoner.diagnose(narrow.astype(np.uint16) * 257) == reasoner.diagnose(narrow)


def test_weights_come_from_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "reasoner.safetensors")
    save_network(ReasonerNetwork(), path, {})
    reasoner = EdgeReasoner.load(path)
    assert reasoner.identity.weights_sha256 == hash_weights(path)
    assert reasoner.diagnose(image(9, 9)).provenance.weights_sha256 == hash_weights(path)
    with pytest.raises(UnusableWeightsError, match="no such weights file"):
        EdgeReasoner.load(str(tmp_path / "other.safetensors"))


def test_threads_may_share_a_reasoner(
    reasoner_network: MakeNetwork, photograph: np.ndarray
) -> None:
    reasoner = EdgeReasoner(reasoner_network(1), SHA)
    images = [photograph, 255 - photograph, image(140, 150)] * 4
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(reasoner.diagnose, images))
    assert found == [reasoner.diagnose(one) for one in images]


def test_what_is_no_number_is_no_diagnosis(reasoner_network: MakeNetwork) -> None:
    network = reasoner_network(0)
    torch.nn.init.constant_(network.get_parameter("head.3.bias"), math.nan)
    reasoner = EdgeReasoner(network, "0" * 64)
    with pytest.raises(UndiagnosedError, match=r"no numbers \(NaN\); the weights may be damaged"):
        reasoner.diagnose(np.zeros((160, 140, 3), np.uint8))
