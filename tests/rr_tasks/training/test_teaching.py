"""The edge restorer learns from what a toy of Qwen-Image-Edit makes of a data set."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.restorer.load import load_restorer
from rr_tasks.shards.png import decode_png, encode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.spec import open_dataset
from rr_tasks.shards.stream import read_samples
from rr_tasks.training import run
from rr_tasks.training.crops import load_crops
from rr_tasks.training.folder import OtherRunError
from rr_tasks.training.run import run_restorer_training
from rr_tasks.training.teaching import TAUGHT, Lessons, mix_in
from rr_tasks.weights.file import read_record
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.recipe import DegradationRecipe
from schemas.restorer import QwenRestorerChoice
from tests.reasoners import RuleReasoner


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


@pytest.fixture(scope="module")
def few(
    photographs: Path, grid: DegradationRecipe, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A data set of four samples, since the toy takes its time."""
    spec, urls = plan_synthesis(str(photographs), grid, 7, 4, 32)
    folder = open_dataset(str(tmp_path_factory.mktemp("few")), spec, urls)
    synthesize_shard(folder, spec, str(photographs), 0)
    return folder


@pytest.fixture(scope="module")
def parameters(
    few: str, toy_editor: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> TrainRestorerParameters:
    reasoner = RuleReasoner()
    spec = plan_annotation(few, reasoner)
    annotations = open_annotations(str(tmp_path_factory.mktemp("annotations")), spec)
    annotate_shard(few, annotations, spec, reasoner, 0)
    teacher = QwenRestorerChoice(model=toy_editor("edit"), dtype="float32", steps=1)
    return TrainRestorerParameters(
        shards=few,
        annotations=annotations,
        output=str(tmp_path_factory.mktemp("taught")),
        steps=1,
        batch_size=2,
        crop_side=32,
        teacher=teacher,
        teacher_share=0.25,
    )


@pytest.fixture(scope="module")
def weights(parameters: TrainRestorerParameters) -> str:
    return run_restorer_training(parameters, silent)


def test_the_teacher_restores_every_sample_once(
    weights: str, parameters: TrainRestorerParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder,) = Path(weights).parent.glob("taught-*")
    counts = [(marker.samples, marker.failures) for marker in done_shards(str(folder))]
    assert counts == [(marker.samples, 0) for marker in done_shards(parameters.shards)]
    monkeypatch.setattr(run, "teach_shard", None)
    assert run_restorer_training(parameters, silent) == weights
    with pytest.raises(OtherRunError):
        run_restorer_training(parameters.model_copy(update={"teacher_share": 0.5}), silent)


def test_the_weights_say_who_taught_them(weights: str, parameters: TrainRestorerParameters) -> None:
    record = read_record(weights)
    assert parameters.teacher is not None
    assert record["teacher"] == load_restorer(parameters.teacher).digest
    assert record["teacher_share"] == 0.25
    assert "teacher" not in json.loads(run.record_restorer_training(parameters).model_dump_json())


def test_clean_crops_lie_between_the_truth_and_the_teacher(
    weights: str, parameters: TrainRestorerParameters
) -> None:
    (folder,) = Path(weights).parent.glob("taught-*")
    load = partial(
        load_crops,
        parameters.shards,
        parameters.annotations,
        lambda photograph, _: photograph[..., :0],
        side=128,
        batch_size=8,
        seed=0,
    )
    seen = []
    for lessons in (None, Lessons(str(folder), 0.25), Lessons(str(folder), 1.0)):
        with load(lessons=lessons) as batches:
            seen.append(batches.batch(0).clean.float())
    truth, mixed, taught = seen
    assert not (truth == taught).all()
    assert (mixed - (0.75 * truth + 0.25 * taught)).abs().max() <= 1.0


def test_a_share_of_one_is_the_teacher_alone(few: str) -> None:
    sample = next(iter(read_samples(few, 0)))
    clean = decode_png(sample["clean.png"])
    other = np.ascontiguousarray(clean[::-1])
    lesson = {**sample, TAUGHT: encode_png(other)}
    assert np.array_equal(mix_in(clean, lesson, 1.0), other)
    assert np.array_equal(mix_in(clean, lesson, 0.0), clean)
