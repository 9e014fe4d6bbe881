"""Shards in storage: what determines their bytes, the row of each sample, the done marker."""

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
    """Everything that determines the bytes of a synthesized data set.

    `decoder` counts changes in how photographs are read; null stands for the first release, which
    ignored colour profiles.
    """

    kind: Literal["synthesis"] = "synthesis"
    recipe: DegradationRecipe
    seed: int
    samples: Annotated[int, Field(gt=0)]
    shard_size: Annotated[int, Field(gt=0)]
    inputs_sha256: Sha256
    decoder: int | None = None
    schema_version: int = CURRENT_VERSION
    migrated_from: int | None = None


LayoutName = Literal[
    "reside", "rain100", "rain13k", "gopro", "sidd", "cdd11", "pairs", "photographs"
]
"""How a folder of real or published pairs is laid out; see `rr_tasks.ingest.layouts`.

`photographs` are no pairs: nobody knows their truth, so a reasoner annotates them."""


class IngestSpec(Strict):
    """Everything that determines the bytes of a data set made of existing pairs.

    `samples` counts inputs, including those that could not be used. `clean`, `degraded` and
    `present` are given only for the layout `pairs`. `algorithm` counts changes of the code that
    change the bytes, and `decoder` those in how photographs are read; see `SynthesisSpec`.
    """

    kind: Literal["ingest"] = "ingest"
    layout: LayoutName
    algorithm: Literal[1, 2] = 2
    clean: str | None = None
    degraded: str | None = None
    present: tuple[DegradationName, ...] | None = None
    samples: Annotated[int, Field(gt=0)]
    shard_size: Annotated[int, Field(gt=0)]
    inputs_sha256: Sha256
    decoder: int | None = None
    schema_version: int = CURRENT_VERSION
    migrated_from: int | None = None


class AnnotationSpec(Strict):
    """Everything that determines the bytes of annotations: the data set and the reasoner.

    Specs of earlier releases named only the reasoner, its weights and its prompt. They are read
    with algorithm 0, because which code turned the weights into diagnoses was not recorded.
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


class DescriptionSpec(Strict):
    """Everything that determines the bytes of truths with scenes: the data set and the teacher.

    `algorithm` counts changes of the code that merges the two.
    """

    kind: Literal["description"] = "description"
    source: SpecHash
    teacher: ReasonerIdentity
    algorithm: int
    schema_version: int = CURRENT_VERSION
    migrated_from: int | None = None


DataSpec = SynthesisSpec | IngestSpec
"""The spec of a data set: each sample has a clean and a degraded photograph and a prior."""

BesideSpec = AnnotationSpec | DescriptionSpec
"""The spec of priors that lie beside a data set and belong to its samples."""

Spec = DataSpec | BesideSpec
"""`schema_version` is that of the priors inside; `migrated_from` is the version that they were made
with, if they have been migrated since."""


def spec_hash(spec: Strict) -> str:
    """Return the first 16 hex digits of the SHA-256 of a spec's JSON, which name its folder."""
    # Null fields are left out, so a new optional field does not change existing hashes.
    return hashlib.sha256(spec.model_dump_json(exclude_none=True).encode()).hexdigest()[:16]


def migrate_spec(spec: Spec) -> Spec:
    """Return the spec of the same data set with its priors migrated to the current version."""
    changes = {
        "schema_version": CURRENT_VERSION,
        "migrated_from": spec.migrated_from or spec.schema_version,
    }
    return spec.model_copy(update=changes)


def find_original_spec(spec: Spec) -> Spec:
    """Return the spec under which a data set was made, before any migration."""
    version = spec.migrated_from or spec.schema_version
    return spec.model_copy(update={"schema_version": version, "migrated_from": None})


def shard_count(spec: DataSpec) -> int:
    """Return the number of shards in a complete data set."""
    return -(-spec.samples // spec.shard_size)


def folder_name(spec: Spec) -> str:
    """Name the folder of a data set or of annotations by what it holds and by its spec's hash."""
    match spec:
        case SynthesisSpec():
            what = spec.recipe.name
        case IngestSpec():
            what = spec.layout
        case AnnotationSpec():
            what = "annotations"
        case DescriptionSpec():
            what = "described"
    return f"{what}-{spec_hash(spec)}"


class SampleRow(Strict):
    """A row of the sidecar; every input has one, whether or not it became a sample.

    `error` says why it did not. In annotations, `source` names the reasoner, and `answer` is the
    text that could not be parsed; the last three fields are what a server took for its answer
    (`schemas.usage.Usage`), null if there was none.
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
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None

    @classmethod
    def of(cls, key: str, source: str, prior: DiagnosticPrior) -> "SampleRow":
        """Return the row of a sample with this prior, with a severity for each of its types."""
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
