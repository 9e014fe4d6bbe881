"""Settings of a training run."""

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Sha256, Strict, Unit
from schemas.network import NetworkName
from schemas.prior.current import CURRENT_VERSION
from schemas.shard import SpecHash

Positive = Annotated[int, Field(gt=0)]
DeviceName = Literal["auto", "cpu", "cuda", "mps"]


class LoopSettings(Strict):
    """Settings of the training loop; the same settings and seed give the same weights.

    A step uses `accumulate` batches of `batch_size` in each training process.
    """

    steps: Positive
    batch_size: Positive
    accumulate: Positive = 1
    learning_rate: Annotated[float, Field(gt=0.0)]
    warmup_steps: Annotated[int, Field(ge=0)] = 200
    weight_decay: Annotated[float, Field(ge=0.0)] = 1e-4
    gradient_clip: Annotated[float, Field(gt=0.0)] = 1.0
    ema_decay: Unit = 0.999
    checkpoint_every: Positive = 500
    seed: int = 0
    compiled: bool = False


class RunRecord(Strict):
    """Everything that a run of training or alignment depends on."""

    @property
    def digest(self) -> str:
        """16 hex digits that identify the record; they name the folder of the run."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


class TrainingRecord(RunRecord):
    """Everything a training run depends on; stored beside its checkpoint and in its weights.

    `algorithm` counts changes of the code after which the same settings give other weights;
    `processes` is the number of processes that trained together. A restorer sees crops of
    `crop_side` x `crop_side` pixels, and `spectral_weight` is how much the error of their spectrum
    counts; 0 is not written down, as before there was such a loss. A reasoner may also learn from
    the `annotations` of `unlabelled` photographs, a data set without a truth.
    """

    network: NetworkName
    algorithm: Positive = 1
    processes: Positive = 1
    settings: LoopSettings
    crop_side: Positive | None = None
    spectral_weight: float = Field(0.0, ge=0.0, exclude_if=lambda weight: not weight)
    shards: str
    annotations: str | None = None
    unlabelled: str | None = Field(None, exclude_if=lambda name: name is None)
    start_sha256: Sha256 | None = None
    teacher: Sha256 | None = Field(None, exclude_if=lambda teacher: teacher is None)
    teacher_share: float = Field(0.0, exclude_if=lambda share: not share)


class TeachingSpec(Strict):
    """Everything that determines what a teacher makes of a data set.

    `teacher` is the digest of the restorer.
    """

    kind: Literal["teaching"] = "teaching"
    shards: SpecHash
    teacher: Sha256
    schema_version: int = CURRENT_VERSION


class EncodingSpec(Strict):
    """Everything that determines what a model's encoders make of a data set and its annotations.

    `model` is a SHA-256 or, of a model on the Hub, its commit. `annotations` is the name of their
    folder. A crop of `crop_side` x `crop_side` pixels is cut from each photograph by `seed`.
    """

    kind: Literal["encoding"] = "encoding"
    algorithm: Positive
    model: str
    dtype: str
    shards: SpecHash
    annotations: str
    crop_side: Positive
    seed: int
    libraries: dict[str, str]
    schema_version: int = CURRENT_VERSION


class EditorRecord(RunRecord):
    """Everything that the training of an adapter depends on; stored beside it and in its file."""

    network: Literal["qwen-adapter"] = "qwen-adapter"
    algorithm: Positive
    processes: Positive = 1
    settings: LoopSettings
    encoding: EncodingSpec
    storage: str
    rank: Positive


class LanguageRecord(RunRecord):
    """Everything that the training of a vision-language model depends on; stored beside it.

    `model` is the SHA-256 or, on the Hub, the commit of the model that it starts from; `prompts`
    are the versions of the questions; `annotations` hold what it learned instead of the truth.
    """

    network: Literal["qwen-reasoner"] = "qwen-reasoner"
    algorithm: Positive
    processes: Positive = 1
    settings: LoopSettings
    model: str
    learn: Literal["adapter", "full"]
    rank: Positive | None
    dtype: str
    rating_share: Unit
    measured_scenes: bool
    prompts: tuple[str, ...]
    shards: str
    annotations: str | None = Field(None, exclude_if=lambda name: name is None)
