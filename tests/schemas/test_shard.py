import pytest
from pydantic import ValidationError

from schemas.reasoner import ReasonerIdentity
from schemas.recipe import EDGE_DEFAULT
from schemas.shard import (
    AnnotationSpec,
    IngestSpec,
    SynthesisSpec,
    find_original_spec,
    folder_name,
    migrate_spec,
    shard_count,
    spec_hash,
)

INGESTED = IngestSpec(
    algorithm=1, layout="sidd", samples=5, shard_size=2, inputs_sha256="0" * 64, schema_version=2
)


def test_folders_are_named_after_what_they_hold() -> None:
    made = SynthesisSpec(
        recipe=EDGE_DEFAULT, seed=0, samples=1, shard_size=1, inputs_sha256="0" * 64
    )
    noted = AnnotationSpec(
        source=spec_hash(made), reasoner=ReasonerIdentity(kind="edge", weights_sha256="0" * 64)
    )
    names = [folder_name(spec) for spec in (made, INGESTED, noted)]
    assert names == [
        f"edge-default-{spec_hash(made)}",
        f"sidd-{spec_hash(INGESTED)}",
        f"annotations-{spec_hash(noted)}",
    ]


def test_the_hash_of_an_ingested_set_stays_what_it_was() -> None:
    """Folders on disk carry it."""
    assert spec_hash(INGESTED) == "b027ad3c60423c06"


def test_the_last_shard_may_be_short() -> None:
    assert shard_count(INGESTED) == 3


def test_a_migrated_set_remembers_how_it_was_made() -> None:
    old = INGESTED.model_copy(update={"schema_version": 1})
    assert find_original_spec(migrate_spec(old)) == old


def test_layouts_are_known_by_name() -> None:
    with pytest.raises(ValidationError, match="layout"):
        IngestSpec.model_validate({**INGESTED.model_dump(), "layout": "snow100k"})
