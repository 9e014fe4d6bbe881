"""What runs on a Prefect server are called, and the tags by which people find them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from rr_tasks.display import to_line
from rr_tasks.plural import say_count
from rr_tasks.storage.files import name_of
from rr_tasks.weights.file import hash_weights, locate_shipped
from schemas.archive import Chunk, RestoreParameters
from schemas.errors import ExpectedError
from schemas.parameters.alignment import AlignParameters
from schemas.parameters.annotation import (
    AnnotateParameters,
    RefreshAllParameters,
    RefreshParameters,
)
from schemas.parameters.assessment import AssessParameters
from schemas.parameters.description import DescribeParameters
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.export import ExportHfParameters, ExportMessagesParameters
from schemas.parameters.ingest import IngestParameters
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.parameters.migration import MigrateParameters
from schemas.parameters.pipeline import PipelineParameters
from schemas.parameters.promotion import PromoteParameters, RollBackParameters
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.reasoner import ReasonerChoice, TeacherChoice
from schemas.restorer import RestorerChoice

_LONGEST = 48
"""Characters of a folder that are shown whole."""
_DIGITS = 6
"""Of the hash of weights."""


def name_run(stage: str, parameters: Any, role: str = "") -> str:
    """Name a flow run for what it does, such as `restore s3://photos -> restored`."""
    describe = ABOUT.get(type(parameters))
    about = describe(parameters) if describe else ""
    verb = stage.replace("_", " ").replace("-", " ")
    return to_line(" ".join(filter(None, (verb, role, about))))


def name_task(task: Callable[..., Any]) -> str:
    """Name a task, such as `synthesize shard`."""
    return task.__name__.removesuffix("_task").replace("_", " ")


def name_task_run(task: Callable[..., Any], key: object) -> str:
    """Name a task run for what it works on, such as `synthesize shard 00003`."""
    number = f"{key:05d}" if isinstance(key, int) else key if isinstance(key, str | Chunk) else ""
    return f"{name_task(task)} {number}".strip()


def tag_run(stage: str, parameters: Any) -> list[str]:
    """Return the tags of a flow run and its task runs: the stage, the tiers, and any archive."""
    tiers = {*_find_kinds(parameters), *_TIER_OF_WHAT_LEARNS.get(type(parameters), ())}
    archive = getattr(parameters, _ARCHIVE.get(type(parameters), ""), None)
    return [
        f"stage:{stage}",
        *(f"tier:{tier}" for tier in sorted(tiers)),
        *([f"archive:{to_line(name_of(archive))}"] if archive else []),
    ]


_ARCHIVE: Mapping[type[BaseModel], str] = {
    RestoreParameters: "input",
    PipelineParameters: "archive",
}
_TIER_OF_WHAT_LEARNS: Mapping[type[BaseModel], tuple[str, ...]] = {
    TrainReasonerParameters: ("edge",),
    TrainRestorerParameters: ("edge",),
    TrainEditorParameters: ("qwen",),
    TrainLanguageParameters: ("qwen",),
}


def _find_kinds(parameters: Any) -> Iterator[str]:
    """Yield the kind of every model that parameters name."""
    values = (getattr(parameters, name) for name in getattr(type(parameters), "model_fields", ()))
    for value in values:
        if isinstance(value, BaseModel):
            yield from [value.kind] if hasattr(value, "kind") else _find_kinds(value)


def _train(asked: Any) -> str:
    return f"{_shorten(asked.shards)}, {say_count(asked.steps, 'step')}"


def _evaluate(asked: EvaluateParameters) -> str:
    return _name_model(asked.restorer, "edge-restorer")


def _ask(asked: AnnotateParameters | DescribeParameters) -> str:
    model = asked.reasoner if isinstance(asked, AnnotateParameters) else asked.teacher
    return f"{_shorten(asked.shards)} by {_name_model(model, 'edge-reasoner')}"


ABOUT: Mapping[type[BaseModel], Callable[[Any], str]] = {
    AlignParameters: _train,
    AnnotateParameters: _ask,
    AssessParameters: lambda asked: _name_model(asked.reasoner, "edge-reasoner"),
    DescribeParameters: _ask,
    EvaluateParameters: _evaluate,
    ExportHfParameters: lambda asked: _lead(asked.shards, asked.output),
    ExportMessagesParameters: lambda asked: _lead(asked.shards, asked.output),
    IngestParameters: lambda asked: _lead(asked.folder, asked.output),
    MigrateParameters: lambda asked: _shorten(asked.shards),
    PipelineParameters: lambda asked: _lead(asked.photographs, asked.output),
    PromoteParameters: lambda asked: f"{_name_model(asked.candidate, 'edge-restorer')} or not",
    RefreshAllParameters: lambda asked: _shorten(asked.sets),
    RefreshParameters: _ask,
    RestoreParameters: lambda asked: _lead(asked.input, asked.output),
    RollBackParameters: lambda asked: _shorten(asked.champions),
    SynthesizeParameters: lambda asked: _lead(asked.photographs, asked.output),
    TrainEditorParameters: _train,
    TrainLanguageParameters: _train,
    TrainReasonerParameters: _train,
    TrainRestorerParameters: _train,
}
"""What a run is about, by the type of its parameters."""


def _lead(source: str, target: str) -> str:
    return f"{_shorten(source)} -> {name_of(target)}"


def _shorten(url: str) -> str:
    """Show a folder whole, or its last two segments."""
    return url if len(url) <= _LONGEST else "/".join(["...", *url.rstrip("/").split("/")[-2:]])


def _name_model(choice: ReasonerChoice | TeacherChoice | RestorerChoice, shipped: Any) -> str:
    """Name a model, an edge model by the first digits of its weights' hash."""
    if choice.kind == "edge":
        weights = choice.weights or locate_shipped(shipped)
        try:
            return hash_weights(weights)[:_DIGITS]
        except ExpectedError:  # the stage will say what is wrong with it
            return name_of(weights)
    return name_of(getattr(choice, "adapter", None) or choice.model)
