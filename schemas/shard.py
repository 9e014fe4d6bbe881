"""Shards on storage: what decides their bytes, the row of each sample, and the done marker."""

import hashlib
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, create_model, model_validator

from schemas.base import Sha256, Strict
from schemas.prior.current import CURRENT_VERSION, DegradationName, DiagnosticPrior
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import DegradationRecipe

SpecHash = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class SynthesisSpec(Strict):
    """Everything that decides the bytes of a synthesized data set."""

    kind: Literal["synthesis"] = "synthesis"
    recipe: DegradationRecipe
    seed: int
    samples: Annotated[int, Field(gt=0)]
    shard_size: Annotated[int, Field(gt=0)]
    inputs_sha256: Sha256
    schema_version: int = CURRENT_VERSION
    migrated_from: int | None = None


LayoutName = Literal["reside", "rain100", "rain13k", "gopro", "sidd", "cdd11", "pairs"]
"""How a folder of real or published pairs is laid out; see `rr_tasks.ingest.layouts`."""


class IngestSpec(Strict):
    """Everything that decides the bytes of a data set made of degraded photographs that exist.

    `samples` counts inputs, those that could not be used included. `clean`, `degraded` and
    `present` are given for the layout `pairs` alone. `algorithm` counts changes of the code that
    alter the bytes.
    """

    kind: Literal["ingest"] = "ingest"
    layout: LayoutName
    algorithm: Literal[1] = 1
    clean: str | None = None
    degraded: str | None = None
    present: tuple[DegradationName, ...] | None = None
    samples: Annotated[int, Field(gt=0)]
    shard_size: Annotated[int, Field(gt=0)]
    inputs_sha256: Sha256
    schema_version: int = CURRENT_VERSION
    migrated_from: int | None = None


class AnnotationSpec(Strict):
    """Everything that decides the bytes of a set of annotations: the photographs and who diagnosed.

    Specs that earlier releases wrote named the reasoner, its weights and its prompt alone. They are
    read as of algorithm 0: nobody knows how the code of their day turned weights into diagnoses.
    """

    kind: Literal["annotation"] = "annotation"
    source: SpecHash
    reasoner: ReasonerIdentity
    schema_version: int = CURRENT_VERSION
    migrated_from: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_earlier(cls, document: Any) -> Any:
        if not isinstance(document, dict) or not isinstance(document.get("reasoner"), str):
            return document
        rest = dict(document)
        identity = {
            "kind": rest.pop("reasoner").removesuffix("-reasoner"),
            "algorithm": 0,
            "weights_sha256": rest.pop("weights_sha256", None),
            "prompt_version": rest.pop("prompt_version", None),
        }
        return {**rest, "reasoner": identity}


DataSpec = SynthesisSpec | IngestSpec
"""Specs of data sets, whose samples hold a clean and a degraded photograph and a prior."""

Spec = DataSpec | AnnotationSpec
"""`schema_version` is that of the priors inside; `migrated_from` the one they were made with, where
they were rewritten since."""


def spec_hash(spec: Strict) -> str:
    """First 16 hex digits of the SHA-256 of the spec's JSON: the name of the data set's folder."""
    # What is not given leaves the hash alone, so that specs from before a field keep theirs.
    return hashlib.sha256(spec.model_dump_json(exclude_none=True).encode()).hexdigest()[:16]


def migrated(spec: Spec) -> Spec:
    """The spec of the same data set with its priors rewritten to the current version."""
    changes = {
        "schema_version": CURRENT_VERSION,
        "migrated_from": spec.migrated_from or spec.schema_version,
    }
    return spec.model_copy(update=changes)


def original(spec: Spec) -> Spec:
    """The spec under which a data set was made, before any migration."""
    version = spec.migrated_from or spec.schema_version
    return spec.model_copy(update={"schema_version": version, "migrated_from": None})


def shard_count(spec: DataSpec) -> int:
    """How many shards a data set has when it is whole."""
    return -(-spec.samples // spec.shard_size)


def folder_name(spec: Spec) -> str:
    """The name of the folder of a data set or of annotations: what it is, and the spec's hash."""
    match spec:
        case SynthesisSpec():
            what = spec.recipe.name
        case IngestSpec():
            what = spec.layout
        case AnnotationSpec():
            what = "annotations"
    return f"{what}-{spec_hash(spec)}"


class SampleRow(Strict):
    """A row of the sidecar: one for every input, whether it became a sample or not.

    `error` says why it did not. In annotations, `answer` is then what the reasoner wrote, if it
    wrote anything, and `source` the reasoner.
    """

    key: str
    source: str
    status: Literal["ok", "failed"]
    error: str | None = None
    answer: str | None = None
    width: int | None = None
    height: int | None = None
    haze: float | None = None
    blur: float | None = None
    rain: float | None = None
    noise: float | None = None

    @classmethod
    def of(cls, key: str, source: str, prior: DiagnosticPrior) -> "SampleRow":
        """The row of a sample with this prior, which has a severity for each type it knows."""
        severities: dict[str, Any] = {
            name: finding.severity for name, finding in prior.findings.items()
        }
        return _row_model(type(prior))(
            key=key,
            source=source,
            status="ok",
            width=prior.image.width,
            height=prior.image.height,
            **severities,
        )


@cache
def _row_model(prior: type[DiagnosticPrior]) -> type[SampleRow]:
    """Rows with a column for each type that such priors hold beyond those of every prior."""
    more: dict[str, Any] = {
        name: (float | None, None) for name in prior.types() if name not in SampleRow.model_fields
    }
    return create_model("SampleRow", __base__=SampleRow, **more) if more else SampleRow


class DoneMarker(Strict):
    """Written last: only a shard with a marker exists for readers."""

    shard: Annotated[int, Field(ge=0)]
    samples: Annotated[int, Field(ge=0)]
    failures: Annotated[int, Field(ge=0)]
    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Sha256
    spec_hash: SpecHash
    schema_version: int
    code_version: str
    finished_at: str
