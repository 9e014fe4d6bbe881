"""Decides which shards of a data set have to be diagnosed again, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import polars as pl

from rr_tasks.reasoner.annotation import annotations_folder
from rr_tasks.refresh.history import Annotations, read_annotations, read_history
from rr_tasks.shards.reader import OtherDataSetError, done_shards
from schemas.shard import AnnotationSpec, find_original_spec

State = Literal["current", "stale", "missing"]


Part = Literal["reasoner", "algorithm", "prompt version", "decoding", "libraries", "schema version"]


class Reason(NamedTuple):
    """Something that determines annotations, as it was then and as it is now."""

    what: Part
    old: str
    new: str


@dataclass(frozen=True)
class ShardState:
    """A shard of the data set: `stale` for one or more reasons, `missing` if never annotated."""

    shard: int
    samples: int
    state: State
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class RefreshPlan:
    """What a refresh will do: the spec and folder to fill, and the annotations to compare with."""

    spec: AnnotationSpec
    folder: str
    shards: tuple[ShardState, ...]
    old: Annotations | None
    unreadable: tuple[str, ...]

    @property
    def pending(self) -> tuple[ShardState, ...]:
        """The shards that have to be diagnosed."""
        return tuple(one for one in self.shards if one.state != "current")


def plan_refresh(
    shards: str, root: str, wanted: AnnotationSpec, against: str | None
) -> RefreshPlan:
    """Compare existing annotations with the wanted ones; nothing is written.

    A shard found in several older folders is judged by `against` first, then by the newest.

    Args:
        shards: folder of the data set.
        root: folder that holds the folders of annotations.
        wanted: the spec of annotations as they would be made today.
        against: older annotations to compare with; by default the newest ones that are not current.

    Raises:
        NoShardsError: the data set, or `against`, is missing or has no finished shard.
        OtherDataSetError: `against` belongs to another data set, or is current itself.
    """
    history = read_history(root, shards)
    made_so = [one for one in history.known if not find_reasons(one.spec, wanted)]
    # A data set whose own priors were rewritten has another hash, but the same photographs.
    current = max(made_so, key=lambda one: one.spec == wanted, default=None)
    spec = current.spec if current else wanted
    older = [one for one in history.known if find_reasons(one.spec, wanted) and one.samples]
    if against is not None:
        older.insert(0, _take_chosen(against, shards, wanted))
    done = current.samples if current else {}
    return RefreshPlan(
        spec=spec,
        folder=annotations_folder(root, spec),
        shards=tuple(
            ShardState(marker.shard, marker.samples, "current")
            if marker.shard in done
            else _judge(marker.shard, marker.samples, older, wanted)
            for marker in done_shards(shards)
        ),
        old=older[0] if older else None,
        unreadable=history.unreadable,
    )


def find_reasons(old: AnnotationSpec, new: AnnotationSpec) -> tuple[Reason, ...]:
    """List why annotations of the spec `old` are stale if `new` is wanted; empty if they are not.

    Migrated priors count with the schema version that the reasoner wrote, because a migration
    leaves null what only the reasoner can tell.
    """
    before, after = _list_parts(old), _list_parts(new)
    shown_before, shown_after = _describe_parts(old), _describe_parts(new)
    return tuple(
        Reason(part, shown_before[part], shown_after[part])
        for part in before
        if before[part] != after[part]
    )


def tabulate_plan(plan: RefreshPlan) -> pl.DataFrame:
    """Count shards and samples by state and, in `because of` rows that may overlap, by reason."""
    stale = [one for one in plan.shards if one.state == "stale"]
    because = {reason: None for one in stale for reason in one.reasons}
    rows = [
        _row("current", (s for s in plan.shards if s.state == "current"), "nothing to do"),
        _row("stale", stale, "made with something else:"),
        *(
            _row(
                f"  because of {reason.what}",
                (one for one in stale if reason in one.reasons),
                f"{reason.old} -> {reason.new}",
            )
            for reason in because
        ),
        _row("missing", (s for s in plan.shards if s.state == "missing"), "never annotated here"),
    ]
    return pl.DataFrame(rows, schema=["state", "shards", "samples", "why"], orient="row")


def _judge(
    shard: int, samples: int, older: Sequence[Annotations], wanted: AnnotationSpec
) -> ShardState:
    for one in older:
        if shard in one.samples:
            return ShardState(shard, samples, "stale", find_reasons(one.spec, wanted))
    return ShardState(shard, samples, "missing")


def _take_chosen(folder: str, shards: str, wanted: AnnotationSpec) -> Annotations:
    chosen = read_annotations(folder, shards)
    if not find_reasons(chosen.spec, wanted):
        raise OtherDataSetError(
            f"{folder}: these annotations are current, made just as they would be "
            "today; name older ones to compare with"
        )
    return chosen


def _row(state: str, shards: Iterable[ShardState], why: str) -> tuple[str, int, int, str]:
    samples = [one.samples for one in shards]
    return state, len(samples), sum(samples), why if samples else ""


def _list_parts(spec: AnnotationSpec) -> dict[Part, object]:
    made_by = spec.reasoner
    return {
        "reasoner": (made_by.kind, made_by.model, made_by.revision, made_by.weights_sha256),
        "algorithm": made_by.algorithm,
        "prompt version": made_by.prompt_version,
        "decoding": made_by.decoding,
        "libraries": made_by.libraries,
        "schema version": find_original_spec(spec).schema_version,
    }


def _describe_parts(spec: AnnotationSpec) -> dict[Part, str]:
    made_by, written = spec.reasoner, find_original_spec(spec).schema_version
    rewritten = f"{written}, rewritten as {spec.schema_version}"
    return {
        "reasoner": made_by.label,
        "algorithm": str(made_by.algorithm or "not recorded"),
        "prompt version": made_by.prompt_version or "none",
        "decoding": _list(made_by.decoding),
        "libraries": _list(made_by.libraries),
        "schema version": rewritten if spec.migrated_from else str(written),
    }


def _list(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(values.items())) or "none"
