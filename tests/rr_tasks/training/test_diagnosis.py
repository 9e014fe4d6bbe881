import math
from typing import Any

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from rr_tasks.reasoner.cepstrum import SHAPE
from rr_tasks.reasoner.kernels import KERNEL_SIDE
from rr_tasks.reasoner.network import Reading, ReasonerNetwork
from rr_tasks.training.diagnosis import diagnosis_loss
from rr_tasks.training.rounds import Batch
from rr_tasks.training.truth import UNKNOWN
from schemas.network import ReasonerShape
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.vector import FIELDS, VECTOR_LENGTH, slice_of, to_vector

GENERATOR = torch.Generator()
LIGHTS = [FIELDS.index(f"{name}.coded") for name in DEGRADATIONS]
TRANSMISSION = torch.linspace(0.2, 0.9, 16).expand(1, 16, 16)
POINT_SPREAD = torch.eye(KERNEL_SIDE)[None] / KERNEL_SIDE
NOISE = torch.tensor([[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]])


def says(
    vector: torch.Tensor,
    doubt: float = 0.0,
    maps: torch.Tensor | None = None,
    kernels: torch.Tensor | None = None,
) -> Any:
    """A network that always answers with this vector, and how sure it is."""
    doubts = torch.full((len(vector), len(DEGRADATIONS)), doubt)
    entries = torch.cat([vector, doubts, NOISE.flatten(1).expand(len(vector), -1)], 1)
    return lambda *_: Reading(entries, maps, kernels)


def batch(prior: DiagnosticPrior) -> dict[str, torch.Tensor]:
    views = torch.zeros(1, 3, 2, 2, dtype=torch.uint8)
    return {
        "overview": views,
        "working": views[:, None],
        "native": views[:, None],
        "cepstra": torch.zeros(1, 2, *SHAPE),
        "short_side": torch.tensor([512.0]),
        "vector": torch.tensor([to_vector(prior)]),
        "map": TRANSMISSION,
        "kernel": POINT_SPREAD,
        "channels": NOISE,
    }


def test_the_truth_costs_nothing_but_doubt(prior: DiagnosticPrior) -> None:
    sure = torch.tensor([to_vector(prior)])
    present = [FIELDS.index(f"{name}.present") for name in DEGRADATIONS]
    kinds = [index for index, field in enumerate(FIELDS) if field.startswith("blur.motion")]
    sure[:, present + kinds] = 20.0
    sure[:, LIGHTS] = -20.0
    maps = torch.stack([TRANSMISSION.logit(), torch.zeros(1, 16, 16)], 1)
    drawn = says(sure, maps=maps, kernels=(POINT_SPREAD + 1e-9).log())
    losses = diagnosis_loss(drawn, batch(prior), GENERATOR)
    assert losses.keys() > {"map", "kernel", "channels"}
    assert all(losses[name] < 1e-3 for name in losses)


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_the_severity_error_is_in_points_of_severity(prior: DiagnosticPrior, name: str) -> None:
    answer = torch.tensor([to_vector(prior)])
    answer[:, FIELDS.index(f"{name}.severity")] += 0.2
    losses = diagnosis_loss(says(answer), batch(prior), GENERATOR)
    assert losses["severity_error"] == pytest.approx(20 / 4, rel=1e-3)


def test_parameters_of_what_is_absent_do_not_count(dataset: str, prior: DiagnosticPrior) -> None:
    rain = prior.rain.model_copy(update={"present": False, "severity": 0.0, "parameters": None})
    without = batch(prior.model_copy(update={"rain": rain}))
    answer = without["vector"].clone()
    loss = diagnosis_loss(says(answer), without, GENERATOR)["loss"]
    answer[:, slice_of("rain").start + 1 : slice_of("rain").stop] = 3.0
    assert diagnosis_loss(says(answer), without, GENERATOR)["loss"] == loss
    answer[:, slice_of("rain").start] = 3.0
    assert diagnosis_loss(says(answer), without, GENERATOR)["loss"] > loss


def test_without_any_blur_the_loss_is_a_number(prior: DiagnosticPrior) -> None:
    clean = batch(prior)
    clean["vector"] = torch.zeros(1, VECTOR_LENGTH)
    losses = diagnosis_loss(says(torch.zeros(1, VECTOR_LENGTH)), clean, GENERATOR)
    assert all(torch.isfinite(value) for value in losses.values())


def test_no_value_is_read_back_from_the_device(prior: DiagnosticPrior) -> None:
    trained = ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16, maps=True))
    shown = torch.zeros(1, 3, 128, 128, dtype=torch.uint8)
    seen = batch(prior) | {"overview": shown, "native": shown[:, None]}
    seen["working"] = torch.stack([shown, shown], 1)
    with FakeTensorMode(allow_non_fake_inputs=True) as without_values:
        held: Batch = {name: without_values.from_tensor(value) for name, value in seen.items()}
        diagnosis_loss(trained.eval(), held, GENERATOR)["loss"].backward()


def test_a_wrong_kind_costs_where_there_is_a_blur_and_only_there(prior: DiagnosticPrior) -> None:
    there, clean = batch(prior), batch(prior)
    clean["vector"] = torch.zeros(1, VECTOR_LENGTH)
    both = {name: torch.cat([there[name], clean[name]]) for name in there}
    right = torch.cat([there["vector"], clean["vector"]])
    wrong = right.clone()
    wrong[:, FIELDS.index("blur.defocus")] = 5.0
    elsewhere = right.clone()
    elsewhere[1] = wrong[1]
    one, other, same = (
        diagnosis_loss(says(answer), both, GENERATOR)["loss"]
        for answer in (right, wrong, elsewhere)
    )
    assert other > one + 1
    assert same == one


def test_doubt_is_best_at_the_mean_absolute_error(prior: DiagnosticPrior) -> None:
    answer = torch.tensor([to_vector(prior)])
    answer[:, [FIELDS.index(f"{name}.severity") for name in DEGRADATIONS]] += 0.1
    losses = {
        doubt: float(diagnosis_loss(says(answer, math.log(doubt)), batch(prior), GENERATOR)["loss"])
        for doubt in (0.02, 0.08, 0.1, 0.12, 0.5)
    }
    assert min(losses, key=lambda doubt: losses[doubt]) == 0.1


def test_doubt_does_not_change_what_is_learned_of_severities(prior: DiagnosticPrior) -> None:
    def gradient(doubt: float) -> torch.Tensor:
        answer = (torch.tensor([to_vector(prior)]) + 0.1).requires_grad_()
        diagnosis_loss(says(answer, doubt), batch(prior), GENERATOR)["loss"].backward()
        assert answer.grad is not None
        return answer.grad

    assert torch.equal(gradient(0.0), gradient(-3.0))


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_a_wrong_light_costs_where_the_type_is_present(prior: DiagnosticPrior, name: str) -> None:
    there = batch(prior)
    right = torch.cat([there["vector"]] * 2)
    right[:, LIGHTS] = -5.0
    wrong = right.clone()
    wrong[:, FIELDS.index(f"{name}.coded")] = 5.0
    both = {key: torch.cat([value] * 2) for key, value in there.items()}
    losses = [diagnosis_loss(says(answer), both, GENERATOR) for answer in (right, wrong)]
    assert losses[1]["light"] > losses[0]["light"] + 1
    both["vector"] = torch.zeros_like(both["vector"])
    losses = [diagnosis_loss(says(answer), both, GENERATOR) for answer in (right, wrong)]
    assert losses[1]["loss"] == losses[0]["loss"]


@pytest.mark.parametrize("coded", [0, 1])
def test_the_map_is_compared_in_the_light_of_the_haze(prior: DiagnosticPrior, coded: int) -> None:
    seen = batch(prior)
    seen["vector"][:, FIELDS.index("haze.coded")] = coded
    drawn = torch.stack([TRANSMISSION, TRANSMISSION], 1)
    drawn[:, 1 - coded] = 0.5
    drawn[:, coded] += 0.05
    network = says(seen["vector"], maps=drawn.logit(), kernels=POINT_SPREAD)
    assert diagnosis_loss(network, seen, GENERATOR)["map"] == pytest.approx(0.05, abs=1e-4)


def test_what_the_truth_does_not_know_costs_nothing(prior: DiagnosticPrior) -> None:
    seen = batch(prior)
    seen["map"] = torch.full_like(seen["map"], UNKNOWN)
    seen["channels"] = torch.full_like(seen["channels"], UNKNOWN)
    seen["kernel"] = torch.zeros_like(seen["kernel"])
    network = says(seen["vector"], maps=torch.randn(1, 2, 16, 16), kernels=POINT_SPREAD)
    losses = diagnosis_loss(network, seen, GENERATOR)
    assert losses["map"] == losses["kernel"] == losses["channels"] == 0


def test_kernels_and_channels_cost_what_they_are_off(prior: DiagnosticPrior) -> None:
    seen = batch(prior)
    seen["channels"] = NOISE + 0.1
    sideways = (POINT_SPREAD.flip(1) + 1e-4).log()
    losses = {
        name: diagnosis_loss(
            says(seen["vector"], maps=torch.zeros(1, 2, 16, 16), kernels=kernels), seen, GENERATOR
        )
        for name, kernels in (("flat", torch.zeros_like(sideways)), ("sideways", sideways))
    }
    assert losses["flat"]["kernel"] == pytest.approx(math.log(KERNEL_SIDE), rel=1e-4)
    assert losses["sideways"]["kernel"] > losses["flat"]["kernel"]
    assert losses["flat"]["channels"] == pytest.approx(0.1, rel=1e-4)
