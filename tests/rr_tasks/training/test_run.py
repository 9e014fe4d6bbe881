import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from rr_tasks.device import MissingDeviceError
from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.shards.reader import OtherDataSetError
from rr_tasks.training import run
from rr_tasks.training.folder import OtherRunError
from rr_tasks.training.run import (
    check_reasoner_training,
    record_restorer_training,
    run_reasoner_training,
    run_restorer_training,
)
from rr_tasks.weights.file import (
    UnusableWeightsError,
    hash_weights,
    load_network,
    read_record,
    save_network,
)
from schemas.errors import ExpectedError
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import EDGE_DEFAULT
from schemas.shard import AnnotationSpec, SynthesisSpec, spec_hash
from schemas.training import LoopSettings


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


class Training:
    """Stands in for the training itself: remembers what it was asked and leaves weights alone."""

    def __init__(self) -> None:
        self.settings: list[LoopSettings] = []
        self.start: list[nn.Module] = []

    def reasoner(
        self, network: nn.Module, _shards: str, settings: LoopSettings, **_: object
    ) -> None:
        self.settings.append(settings)
        self.start.append(network)

    def restorer(
        self, start: EdgeRestorer, shards: str, _annotations: str, settings: LoopSettings, **_: Any
    ) -> None:
        self.reasoner(start.trainable(), shards, settings)


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Training:
    double = Training()
    monkeypatch.setattr(run, "train_reasoner", double.reasoner)
    monkeypatch.setattr(run, "train_restorer", double.restorer)
    return double


@pytest.fixture
def parameters(tmp_path: Path) -> TrainReasonerParameters:
    return TrainReasonerParameters(
        shards="s3://bucket/shards/edge-default-0123/", output=str(tmp_path / "run"), steps=50
    )


def test_a_run_leaves_weights_that_tell_how_they_were_made(
    training: Training, parameters: TrainReasonerParameters
) -> None:
    target = run_reasoner_training(parameters, silent)
    assert target == f"{parameters.output}/edge-reasoner.safetensors"
    load_network(target, ReasonerNetwork)
    record = read_record(target)
    assert record.items() >= json.loads(Path(parameters.output, "run.json").read_text()).items()
    assert record["shards"] == "edge-default-0123"
    assert record["start_sha256"] is None
    assert record["sources"] == ["edge-default-0123"]
    assert training.settings == [
        LoopSettings(steps=50, batch_size=24, learning_rate=1.5e-3, warmup_steps=5, ema_decay=0.84)
    ]


def test_nothing_is_done_when_the_weights_are_there(
    training: Training, parameters: TrainReasonerParameters
) -> None:
    target = run_reasoner_training(parameters, silent)
    before = Path(target).read_bytes()
    assert run_reasoner_training(parameters, silent) == target
    assert Path(target).read_bytes() == before
    assert len(training.settings) == 1


def test_an_unfinished_run_goes_on(training: Training, parameters: TrainReasonerParameters) -> None:
    Path(run_reasoner_training(parameters, silent)).unlink()
    assert Path(run_reasoner_training(parameters, silent)).exists()
    assert len(training.settings) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 51},
        {"learning_rate": 1.0},
        {"shards": "other"},
        {"seed": 1},
        {"accumulate": 2},
    ],
)
def test_a_folder_with_another_run_is_refused(
    training: Training, parameters: TrainReasonerParameters, change: dict[str, object]
) -> None:
    target = run_reasoner_training(parameters, silent)
    before = Path(target).read_bytes()
    with pytest.raises(OtherRunError, match=r"other settings or data .*choose another output") as e:
        run_reasoner_training(parameters.model_copy(update=change), silent)
    assert isinstance(e.value, ExpectedError)
    assert Path(target).read_bytes() == before
    assert len(training.settings) == 1


def test_annotations_of_another_data_set_are_refused(tmp_path: Path) -> None:
    for name, source in (("shards", 0), ("others", 1)):
        spec = SynthesisSpec(
            recipe=EDGE_DEFAULT, seed=source, samples=1, shard_size=1, inputs_sha256="0" * 64
        )
        (tmp_path / name).mkdir()
        (tmp_path / name / "spec.json").write_text(spec.model_dump_json())
    made_of_others = AnnotationSpec(
        source=spec_hash(spec), reasoner=ReasonerIdentity(kind="edge", weights_sha256="0" * 64)
    )
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "spec.json").write_text(made_of_others.model_dump_json())
    parameters = TrainRestorerParameters(
        shards=str(tmp_path / "shards"),
        annotations=str(tmp_path / "annotations"),
        output=str(tmp_path / "run"),
    )
    with pytest.raises(OtherDataSetError, match="another data set"):
        run_restorer_training(parameters, silent)
    check_belongs(parameters.annotations, str(tmp_path / "others"))


def test_a_restorer_run_also_depends_on_its_annotations(
    training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rr_tasks.training.run.check_belongs", lambda *_: None)
    parameters = TrainRestorerParameters(
        shards="shards", annotations="ann/one", output=str(tmp_path), steps=3000
    )
    target = run_restorer_training(parameters, silent)
    assert Path(target).name == "edge-restorer.safetensors"
    assert read_record(target)["annotations"] == "one"
    assert training.settings[0].warmup_steps == 200
    with pytest.raises(OtherRunError):
        run_restorer_training(parameters.model_copy(update={"annotations": "ann/two"}), silent)


def test_the_spectrum_decides_the_weights_and_without_it_records_stay_as_they_were(
    tmp_path: Path,
) -> None:
    parameters = TrainRestorerParameters(shards="s", annotations="a", output=str(tmp_path))
    without = record_restorer_training(parameters)
    assert "spectral_weight" not in without.model_dump_json()
    weighted = record_restorer_training(parameters.model_copy(update={"spectral_weight": 0.3}))
    assert weighted.digest != without.digest


def test_a_run_starts_from_given_weights(
    training: Training, parameters: TrainReasonerParameters, tmp_path: Path
) -> None:
    torch.manual_seed(7)
    start = ReasonerNetwork()
    path = str(tmp_path / "start.safetensors")
    save_network(start, path, {"shards": "edge-v2-0123456789abcdef"})
    target = run_reasoner_training(parameters.model_copy(update={"start": path}), silent)
    loaded = training.start[0]
    assert isinstance(loaded, ReasonerNetwork)
    assert torch.allclose(loaded.role, start.role)
    assert torch.allclose(loaded.stem.weight, start.stem.weight, atol=1e-3)
    assert read_record(target)["start_sha256"] == hash_weights(path)
    assert read_record(target)["sources"] == ["edge-default-0123", "edge-v2"]


def test_missing_weights_to_start_from_are_named(
    training: Training, parameters: TrainReasonerParameters
) -> None:
    missing = parameters.model_copy(update={"start": "nowhere.safetensors"})
    with pytest.raises(UnusableWeightsError, match=r"nowhere\.safetensors: no such weights file"):
        run_reasoner_training(missing, silent)
    assert not training.settings


@pytest.mark.parametrize("change", [{"algorithm": 1}, {"processes": 2}])
def test_a_run_of_an_older_objective_or_of_more_processes_is_not_gone_on_with(
    training: Training, parameters: TrainReasonerParameters, change: dict[str, int]
) -> None:
    run_reasoner_training(parameters, silent)
    note = Path(parameters.output, "run.json")
    note.write_text(json.dumps(json.loads(note.read_text()) | change))
    with pytest.raises(OtherRunError, match="choose another output folder"):
        run_reasoner_training(parameters, silent)


def test_a_missing_device_is_named_before_anything_is_read(
    parameters: TrainReasonerParameters,
) -> None:
    with pytest.raises(MissingDeviceError, match=r"no mps device; use auto or .*cpu"):
        check_reasoner_training(parameters.model_copy(update={"device": "mps"}))
