"""What a restored archive comes from: weights, priors, shards and photographs, with hashes."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from rr_tasks.archive.links import quote_path
from rr_tasks.evaluation.champion import weights_of
from rr_tasks.photographs.listing import list_photographs
from rr_tasks.plural import say_count
from rr_tasks.reasoner.annotation import read_annotation_spec
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.summary.made import Made
from rr_tasks.weights.file import hash_weights, read_record
from schemas.promotion import Verdict
from schemas.restorer import RestorerChoice
from schemas.shard import IngestSpec, spec_hash

_SHOWN = 16
"""Hexadecimal digits of a hash."""


class Link(NamedTuple):
    """Something that was made, or was there: what, where, its hash, and what is known of it."""

    what: str
    place: str
    identity: str
    facts: str


def trace(made: Made) -> list[Link]:
    """List what the restored archive comes from, and what was made on the way, the last first."""
    start = made.parameters.restorer.start
    links = [_archive(made), _restorer("Restorer in use", made.in_use)]
    if made.candidate != start:
        links.append(_restorer(name_candidate(made.verdict), made.candidate))
    if made.trained not in (made.candidate, start):
        links.append(_restorer("Before its alignment", made.trained))
    links.append(_restorer("At the start", start))
    return [*links, _priors(made), _shards(made), _photographs(made)]


def name_candidate(verdict: Verdict) -> str:
    """Name the candidate by what became of it; a pipeline that runs again finds it in use."""
    if verdict.promoted:
        return "Candidate, put into use"
    return "Candidate, in use already" if verdict.already else "Candidate, not in use"


def link_to(place: str, folder: str) -> str:
    """Return a link to a place, from a page in a folder; it is relative if both are on a disk."""
    if "://" in place:
        return place
    if "://" in folder:
        return f"file://{quote_path(str(Path(place).absolute()))}"
    return quote_path(os.path.relpath(Path(place).absolute(), Path(folder).absolute()))


def _archive(made: Made) -> Link:
    run = made.restored
    counts = run.archive
    facts = (
        f"{say_count(run.found, 'photograph')} of {run.parameters.input}: {counts.restored:,} "
        f"restored, {counts.left_alone:,} left alone, {counts.failed:,} failed"
    )
    return Link("Restored archive", run.parameters.output, run.engine, facts)


def _restorer(what: str, choice: RestorerChoice) -> Link:
    weights = weights_of(choice)
    if weights is None:
        return Link(what, choice.label, "", "as it was published")
    return Link(what, weights, hash_weights(weights)[:_SHOWN], _tell(read_record(weights)))


def _tell(record: dict[str, Any]) -> str:
    """Say how weights were made, as far as their file does."""
    start = record.get("start_sha256") or record.get("start")
    steps = record.get("settings", {}).get("steps")
    parts = [
        "aligned" if "judge" in record else "trained",
        f"{steps:,} steps" if steps else "",
        f"on {record['shards']}" if record.get("shards") else "",
        f"with {record['annotations']}" if record.get("annotations") else "",
        f"from weights {start[:_SHOWN]}" if start else "",
    ]
    return " ".join(filter(None, parts)) if len(list(filter(None, parts))) > 1 else ""


def _priors(made: Made) -> Link:
    spec = read_annotation_spec(made.annotations)
    return Link("Priors", made.annotations, spec_hash(spec), f"by the {spec.reasoner}")


def _shards(made: Made) -> Link:
    spec = read_data_spec(made.shards)
    how = spec.layout if isinstance(spec, IngestSpec) else f"{spec.recipe.name}, seed {spec.seed}"
    facts = f"{say_count(spec.samples, 'sample')}: {how}"
    return Link("Shards", made.shards, spec_hash(spec), facts)


def _photographs(made: Made) -> Link:
    folder = made.parameters.photographs
    count = say_count(len(list_photographs(folder)), "photograph")
    return Link("Photographs", folder, read_data_spec(made.shards).inputs_sha256[:_SHOWN], count)
