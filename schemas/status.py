"""What `rr status` says about an output folder, and what `rr undo` did to it."""

from schemas.archive import Count, Counts, RunSummary, SchemaVersion, Status
from schemas.base import Strict


class Failure(Strict):
    """A photograph that failed, and why."""

    path: str
    reason: str


class Loss(Strict):
    """A photograph whose restored file lacks something, or would have lacked it."""

    path: str
    status: Status
    lost: tuple[str, ...]


class ArchiveStatus(Strict):
    """How far an archive is, from its plan and its ledgers alone.

    Photographs that have left the archive since they were planned are included. `counts` holds
    their outcomes, `left` the number without one. `running` names runs that are at work, and `last`
    is the summary of the last run that finished, with its settings; null if none has.
    """

    schema_version: SchemaVersion = 1
    output: str
    source: str
    planned: Count
    left: Count
    counts: Counts
    chunks: Count
    chunks_left: Count
    running: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    losses: tuple[Loss, ...] = ()
    last: RunSummary | None = None


class UndoSummary(Strict):
    """What was removed from an output folder, and what stays, as it may have changed since."""

    schema_version: SchemaVersion = 1
    output: str
    photographs: Count = 0
    diagnoses: Count = 0
    companions: Count = 0
    changed: tuple[str, ...] = ()
