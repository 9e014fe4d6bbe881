"""Data formats of a restored archive: parameters of a run, plan, ledger and counts."""

from typing import Annotated, Literal, Self

from pydantic import Field

from schemas.base import Strict, Unit
from schemas.pattern import Pattern
from schemas.prior.current import DegradationName, DiagnosticPrior
from schemas.reasoner import EdgeReasonerChoice, ReasonerChoice
from schemas.restorer import EdgeRestorerChoice, RestorerChoice
from schemas.treatment import Treatment
from schemas.url import Url
from schemas.usage import Usage
from schemas.workers import WorkerCount

Count = Annotated[int, Field(ge=0)]
Folder = Annotated[Url, Field(min_length=1)]
ChunkId = Annotated[str, Field(pattern=r"^[0-9]{5,}$")]
Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Severities = dict[DegradationName, Annotated[float, Field(ge=0.0, le=100.0)]]
SchemaVersion = Literal[1]
"""Version of an archive's documents; one that names no version has version 1."""

MAX_PREVIEWS = 24
MAX_SECONDS = 300.0
"""That reading or writing a photograph may take, unless a user says otherwise."""


class RestoreParameters(Treatment):
    """What to restore, where to write it, and which degradations to keep."""

    input: Annotated[
        Folder,
        Field(description="Folder or URL of photographs; it is only read."),
    ]
    output: Annotated[
        Folder,
        Field(description="Folder or URL for the restored photographs, under the same names."),
    ]
    only: Annotated[
        tuple[Url, ...],
        Field(strict=False, description="Names of photographs in the folder; by default all."),
    ] = ()
    include: Annotated[
        tuple[Pattern, ...],
        Field(
            strict=False,
            description="Patterns, as in .gitignore, of what is never left out, not even hidden.",
        ),
    ] = ()
    exclude: Annotated[
        tuple[Pattern, ...],
        Field(strict=False, description="Patterns, as in .gitignore, of files to leave out."),
    ] = ()
    companions: Annotated[
        bool,
        Field(description="Copy sidecars, raw files and Live Photo videos beside photographs."),
    ] = False
    salvage: Annotated[
        bool, Field(description="Restore what is left of damaged photographs, marked as such.")
    ] = False
    allow_loss: Annotated[
        bool,
        Field(
            description="Also restore photographs whose restored file lacks something that the "
            "original has; by default they are copied unchanged."
        ),
    ] = False
    copy_failed: Annotated[
        bool, Field(description="Copy the originals of failed photographs; they still count.")
    ] = False
    chunk_size: Annotated[
        int, Field(ge=1, le=10_000, description="Photographs per task, for those not yet planned.")
    ] = 64
    max_pixels: Annotated[
        int, Field(ge=1, description="Photographs with more pixels are refused.")
    ] = 200_000_000
    max_seconds: Annotated[
        float,
        Field(
            gt=0.0,
            allow_inf_nan=False,
            description="Seconds that reading or writing a photograph may take.",
        ),
    ] = MAX_SECONDS
    max_memory: Annotated[
        int | None,
        Field(
            ge=256,
            description="MiB of memory that reading or writing a photograph may take; by default "
            "half of what this machine has.",
        ),
    ] = None
    previews: Annotated[
        int, Field(ge=0, le=MAX_PREVIEWS, description="Before/after pairs shown in the report.")
    ] = MAX_PREVIEWS
    reasoner: Annotated[ReasonerChoice, Field(description="The reasoner, or its weights file.")] = (
        EdgeReasonerChoice()
    )
    restorer: Annotated[RestorerChoice, Field(description="The restorer, or its weights file.")] = (
        EdgeRestorerChoice()
    )
    commercial: Annotated[
        bool,
        Field(description="Refuse restorers that are not known to allow commercial use."),
    ] = False
    recheck: Annotated[
        bool,
        Field(description="Check finished outputs and redo those that changed."),
    ] = False
    workers: Annotated[
        WorkerCount | None,
        Field(description="Photographs to restore at a time; by default one per usable core."),
    ] = None


class PlanItem(Strict):
    """One photograph as it was listed; a change of its size or time makes it a different item.

    `path` is relative to the input folder, with forward slashes, as `rr_tasks.storage.names` writes
    it. `mtime_ns` is the time of the last change in nanoseconds since 1970; object storage reports
    whole seconds.
    """

    schema_version: SchemaVersion = 1
    path: str
    size: Count
    mtime_ns: int


class Chunk(Strict):
    """A chunk of the plan as one run sees it.

    `retired` holds the positions of items that are no longer in the archive, or that have changed
    since they were planned. `rivals` names photographs that are not written, each with the one that
    has the same name in the output. Both stay the same throughout a run, whatever other runs plan
    meanwhile.
    """

    id: ChunkId
    retired: tuple[Count, ...] = ()
    rivals: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """The chunk's id."""
        return self.id


class ArchivePlan(Strict):
    """What a run has to process. `chunks` holds all chunks with at least one item.

    `left_out` counts, by kind, files that are not photographs and folders that are not entered;
    `companions` counts files that are copied beside photographs; `unreadable` names folders that
    could not be listed, whose photographs are therefore not among `found`.
    """

    found: Count
    left_out: dict[str, Count] = Field(default_factory=dict)
    companions: Count = 0
    unreadable: tuple[str, ...] = ()
    chunks: tuple[Chunk, ...]


Status = Literal["restored", "clean", "uncertain", "kept", "protected", "unimproved", "failed"]
"""An outcome. All but restored and failed photographs are left alone, that is, copied: clean ones
because nothing was found; uncertain ones because nothing found is certain enough; kept ones because
the rest was to be kept on request; protected ones because the restored file would lack something
that the original has; unimproved ones because their restoration was judged and is no better."""


class LedgerRow(Strict):
    """The outcome of one photograph, written once it is final.

    `lost` says in a few words each what the output of a restored photograph lacks, or what that of
    a protected one would have lacked. `output` is the path of the output if it differs from `path`.
    `reason` says why it failed, why its diagnosis is a guess, what was wrong with its restoration,
    which colour profile was ignored, or why there is no preview. `prior` is the whole diagnosis but
    for its maps, unedited and including what was left alone; null if the photograph could not be
    diagnosed. `strengths` says by which share each type was undone. `size` and `mtime_ns` describe
    the original that was read, `output_size` and `output_hash` (64 bits, hexadecimal) the file that
    was written. In a failed row, they describe the file that an earlier run made of the same
    original, if it still exists, or the copy of the original, if one was wanted. `seconds` is the
    time the engine took, and `usage` what a server took for its answers, if one was asked.
    `preview` is the stem of its before/after pair in the previews folder.
    """

    schema_version: SchemaVersion = 1
    path: str
    status: Status
    reason: str | None = None
    lost: tuple[str, ...] = ()
    output: str | None = None
    severities: Severities = Field(default_factory=dict)
    strengths: dict[DegradationName, Unit] = Field(default_factory=dict)
    prior: DiagnosticPrior | None = None
    engine: str
    settings: Fingerprint
    size: Count
    mtime_ns: int
    output_size: Count | None = None
    output_hash: Fingerprint | None = None
    seconds: Annotated[float, Field(ge=0.0)] = 0.0
    usage: Usage | None = None
    preview: str | None = None


class Counts(Strict):
    """Number of photographs by outcome; `skipped` ones were finished by an earlier run."""

    restored: Count = 0
    clean: Count = 0
    uncertain: Count = 0
    kept: Count = 0
    protected: Count = 0
    unimproved: Count = 0
    skipped: Count = 0
    failed: Count = 0

    @property
    def total(self) -> int:
        """The number of photographs that have an outcome."""
        return sum(getattr(self, name) for name in Counts.model_fields)

    @property
    def left_alone(self) -> int:
        """The number of photographs that were copied unchanged."""
        return self.clean + self.uncertain + self.kept + self.protected + self.unimproved

    def __add__(self, other: Self) -> "Counts":
        """Add the counts field by field."""
        return Counts(
            **{name: getattr(self, name) + getattr(other, name) for name in Counts.model_fields}
        )


class ChunkCounts(Counts):
    """The counts of one chunk and how many photographs it should account for."""

    chunk: ChunkId
    found: Count


class CompanionCounts(Strict):
    """Number of files copied beside photographs; `skipped` ones were in place."""

    copied: Count = 0
    skipped: Count = 0
    failed: Count = 0


class RunSummary(Strict):
    """A finished run: its reconciled counts and where its report and failure list are.

    `counts` covers this run. `archive` covers the whole archive, with the outcome of every
    photograph whichever run produced it, so nothing counts as skipped there. `reasons` counts the
    failed ones of `archive` by the kind of their reason, in its words without numbers. `usage` is
    what a server took for the answers behind these outcomes; null if none was asked. `licence` is
    that of a published model that restored; null stands for the edge tier.
    """

    schema_version: SchemaVersion = 1
    parameters: RestoreParameters
    engine: str
    licence: str | None = None
    finished_at: str
    found: Count
    left_out: dict[str, Count]
    unreadable: tuple[str, ...]
    counts: Counts
    archive: Counts
    reasons: dict[str, Count] = Field(default_factory=dict)
    usage: Usage | None = None
    companions: CompanionCounts = Field(default_factory=CompanionCounts)
    report: str
    failures: str
