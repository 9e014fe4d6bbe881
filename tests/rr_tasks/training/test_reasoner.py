import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from rr_tasks.degrade.kernels import motion_kernel
from rr_tasks.reasoner.cepstrum import SHAPE
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.shards.png import encode_png
from rr_tasks.training import reasoner as training
from rr_tasks.training.reasoner import diagnosis_loss, train_reasoner
from rr_tasks.training.rounds import Batch
from schemas.network import ReasonerShape
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.vector import FIELDS, VECTOR_LENGTH, slice_of, to_vector
from schemas.training import LoopSettings

SETTINGS = LoopSettings(
    steps=4, batch_size=4, learning_rate=1e-3, warmup_steps=1, checkpoint_every=2, seed=1
)
GENERATOR = torch.Generator()


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


def network() -> ReasonerNetwork:
    torch.manual_seed(0)
    return ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16))


def says(vector: torch.Tensor, doubt: float = 0.0) -> Any:
    """A network that always answers with this vector, and how sure it is."""
    return lambda *_: torch.cat([vector, torch.full((len(vector), 4), doubt)], 1)


def batch(prior: DiagnosticPrior) -> dict[str, torch.Tensor]:
    views = torch.zeros(1, 3, 2, 2, dtype=torch.uint8)
    return {
        "overview": views,
        "working": views[:, None],
        "native": views[:, None],
        "cepstrum": torch.zeros(1, *SHAPE),
        "short_side": torch.tensor([512.0]),
        "vector": torch.tensor([to_vector(prior)]),
    }


@pytest.mark.parametrize("steps_before", [2, 3])
def test_a_resumed_run_ends_with_exactly_the_same_weights(
    dataset: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
    steps_before: int,
) -> None:
    monkeypatch.setattr(training, "_PHOTOGRAPHS_PER_ROUND", 6)

    def run(name: str) -> nn.Module:
        folder, cpu = str(tmp_path / name), torch.device("cpu")
        trained = network()
        train_reasoner(trained, dataset, SETTINGS, folder=folder, device=cpu, on_progress=silent)
        return trained

    through = run("one")
    with monkeypatch.context() as patch:
        patch.setattr(training, "diagnosis_loss", dies_after(diagnosis_loss, steps_before))
        with pytest.raises(power_cut):
            run("two")
    resumed = run("two")
    for name, value in through.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_the_truth_costs_nothing_but_doubt(prior: DiagnosticPrior) -> None:
    sure = torch.tensor([to_vector(prior)])
    present = [FIELDS.index(f"{name}.present") for name in DEGRADATIONS]
    kinds = [index for index, field in enumerate(FIELDS) if field.startswith("blur.motion")]
    sure[:, present + kinds] = 20.0
    losses = diagnosis_loss(says(sure), batch(prior), GENERATOR)
    assert losses["loss"] < 1e-3
    assert losses["severity_error"] < 1e-3


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
    trained, seen = network(), batch(prior)
    shown = torch.zeros(1, 3, 128, 128, dtype=torch.uint8)
    seen |= {"overview": shown, "working": shown[:, None], "native": shown[:, None]}
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


def sample(image: np.ndarray, prior: DiagnosticPrior) -> dict[str, Any]:
    truth = prior.model_dump_json().encode()
    return {"__key__": "0", "degraded.png": encode_png(image), "prior.json": truth}


def test_lengths_are_learned_in_pixels_of_the_working_size(prior: DiagnosticPrior) -> None:
    vector = np.array(to_vector(prior), np.float32)
    lengths = [FIELDS.index(field) for field in ("blur.extent", "rain.length")]
    for side, scale in ((300, 1.0), (1024, 0.5)):
        image = np.zeros((side, side, 3), np.uint8)
        for example in training._make_examples(sample(image, prior), np.random.default_rng(0)):
            assert example["vector"][lengths] == pytest.approx(vector[lengths] * scale)
            assert example["short_side"] == min(side, 512)


def test_the_truth_follows_the_image_when_it_is_varied(prior: DiagnosticPrior) -> None:
    image = np.zeros((140, 200, 3), np.uint8)
    image[:70, :100] = (240, 160, 80)
    vector = np.array(to_vector(prior), np.float32)
    light = [FIELDS.index(f"haze.light_{channel}") for channel in "rgb"]
    axes = [FIELDS.index(f"{name}.sin2") for name in ("blur", "rain")]
    seen = set()
    for seed in range(20):
        for example in training._make_examples(sample(image, prior), np.random.default_rng(seed)):
            view = example["overview"].astype(float)
            quarters = [view[:, :64, :64], view[:, :64, 64:], view[:, 64:, :64], view[:, 64:, 64:]]
            brightest = int(np.argmax([quarter.mean() for quarter in quarters]))
            turns = (brightest % 2) + (brightest // 2)  # left to right, upside down
            colours = np.argsort(-quarters[brightest].mean((1, 2)))
            expected = vector.copy()
            expected[axes] *= (-1) ** turns
            expected[np.array(light)[colours]] = vector[light]
            assert example["vector"] == pytest.approx(expected)
            seen.add(turns % 2)
    assert seen == {0, 1}


def test_the_cepstrum_is_mirrored_with_the_axis_of_blur(prior: DiagnosticPrior) -> None:
    axis = FIELDS.index("blur.sin2")
    texture = np.random.default_rng(0).normal(0, 60, (300, 300))
    moved = cv2.filter2D(texture, -1, motion_kernel(14, 45.0).astype(np.float64))
    image = np.repeat(np.clip(128 + 2 * moved, 0, 255)[..., None], 3, -1).astype(np.uint8)
    seen = set()
    for seed in range(6):
        for example in training._make_examples(sample(image, prior), np.random.default_rng(seed)):
            mirrored = bool(example["vector"][axis] * to_vector(prior)[axis] < 0)
            rising, falling = example["cepstrum"][14, 10], example["cepstrum"][34, 10]
            assert (falling < -0.2) == mirrored
            assert (rising < -0.2) != mirrored
            seen.add(mirrored)
    assert seen == {False, True}
