"""Annotations of the test data set, made up, as whatever reasoner would have left them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.reasoner.annotation import open_annotations
from rr_tasks.shards.reader import marker_url
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.shards.writer import sample_key, write_shard
from rr_tasks.storage.files import publish_bytes
from schemas.prior.current import DiagnosticPrior
from schemas.reasoner import ReasonerIdentity
from schemas.shard import AnnotationSpec, SampleRow, spec_hash

Annotate = Callable[..., str]


@pytest.fixture
def wanted(dataset: str) -> AnnotationSpec:
    """What the data set would be annotated with today."""
    return AnnotationSpec(
        source=spec_hash(read_data_spec(dataset)),
        reasoner=ReasonerIdentity(kind="edge", weights_sha256="a" * 64),
    )


def changed(spec: AnnotationSpec, **changes: Any) -> AnnotationSpec:
    """A spec of which the identity of the reasoner differs so, or the rest."""
    of_reasoner = {key: changes.pop(key) for key in changes.keys() & ReasonerIdentity.model_fields}
    reasoner = spec.reasoner.model_copy(update=of_reasoner)
    return spec.model_copy(update={"reasoner": reasoner, **changes})


@pytest.fixture
def annotate(wanted: AnnotationSpec, prior: DiagnosticPrior) -> Annotate:
    """Writes shards of one sample into the folder of a spec that differs from `wanted` so."""

    def write(
        root: Path | str, *shards: int, day: int = 1, text: str | None = None, **changes: Any
    ) -> str:
        spec = changed(wanted, **changes)
        folder = open_annotations(str(root), spec)
        for shard in shards:
            row = SampleRow(key=sample_key(shard, 0), source="r", status="ok")
            sample = {"prior.json": text or prior.model_dump_json()}
            marker = write_shard(folder, shard, spec_hash(spec), 1, [(row, sample)])
            dated = marker.model_copy(update={"finished_at": f"2026-01-{day:02d}T00:00:00+00:00"})
            publish_bytes(dated.model_dump_json().encode(), marker_url(folder, shard))
        return folder

    return write
