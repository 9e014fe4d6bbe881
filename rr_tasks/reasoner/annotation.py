"""Annotates the degraded photographs of a data set with the reasoner's diagnoses."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from rr_tasks.reasoner.answering import Asking, answer_rows
from rr_tasks.reasoner.diagnosis import diagnose_each
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.shards.outcomes import read_good_rows
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import NoShardsError, OtherDataSetError
from rr_tasks.shards.spec import open_folder, read_data_spec
from rr_tasks.shards.writer import Outcome, write_shard
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import join, read_bytes
from schemas.prior.migrations import check_version
from schemas.shard import (
    AnnotationSpec,
    BesideSpec,
    DataSpec,
    DoneMarker,
    find_original_spec,
    folder_name,
    spec_hash,
)

_BESIDE_SPEC: TypeAdapter[BesideSpec] = TypeAdapter(
    Annotated[BesideSpec, Field(discriminator="kind")]
)


def plan_annotation(shards: str, reasoner: Reasoner) -> AnnotationSpec:
    """Describe the annotations of a data set: which data set, and which reasoner.

    Raises:
        NoShardsError: the folder is missing or is not a data set.
        OtherDataSetError: the folder holds no data set.
    """
    return AnnotationSpec(source=spec_hash(read_data_spec(shards)), reasoner=reasoner.identity)


def read_annotation_spec(annotations: str) -> AnnotationSpec:
    """Read the spec that `rr annotate` wrote into a folder.

    Raises:
        NoShardsError: the folder is missing or contains no annotations.
        OtherDataSetError: its spec is of another kind or damaged.
        UnknownPriorVersionError: its priors are from a newer release.
    """
    spec = _read_beside_spec(annotations)
    if not isinstance(spec, AnnotationSpec):
        raise _not_annotations(join(annotations, "spec.json"))
    return spec


def _read_beside_spec(annotations: str) -> BesideSpec:
    url = join(annotations, "spec.json")
    try:
        spec = _BESIDE_SPEC.validate_json(read_bytes(url))
    except MissingFileError as error:
        raise NoShardsError(
            f"{annotations}: no annotations here; run `rr annotate` first"
        ) from error
    except ValidationError as error:
        raise _not_annotations(url) from error
    check_version(spec.schema_version, annotations)
    return spec


def _not_annotations(url: str) -> OtherDataSetError:
    return OtherDataSetError(
        f"{url}: not written by `rr annotate`, or damaged; name a folder that `rr annotate` "
        "made, or run it again as before, which rewrites the file"
    )


def belongs_to(spec: BesideSpec, data: DataSpec) -> bool:
    """Whether annotations belong to a data set, even if its priors were migrated since."""
    return spec.source in (spec_hash(data), spec_hash(find_original_spec(data)))


def check_belongs(annotations: str, shards: str) -> None:
    """Make sure that annotations belong to a data set, which their keys alone do not show.

    Truths with scenes count as annotations (`rr_tasks.reasoner.description`).

    Raises:
        NoShardsError: one of the folders is missing or is not a data set.
        OtherDataSetError: the annotations belong to another data set.
    """
    spec = _read_beside_spec(annotations)
    if not belongs_to(spec, read_data_spec(shards)):
        raise OtherDataSetError(
            f"{annotations} describes another data set than {shards}; run `rr annotate {shards}`"
        )


def annotations_folder(root: str, spec: AnnotationSpec) -> str:
    """Return the folder below `root` for the annotations of a spec."""
    return join(root, folder_name(spec))


def open_annotations(root: str, spec: AnnotationSpec) -> str:
    """Record the spec in the folder of its annotations below `root`, and return the folder."""
    return open_folder(root, spec)


def annotate_shard(
    shards: str, folder: str, spec: AnnotationSpec, reasoner: Reasoner, shard: int
) -> DoneMarker:
    """Diagnose one shard, or return its marker if it is finished.

    The annotation shard holds `prior.json` for each key of the source shard, and no pixels. A
    photograph without a usable diagnosis has a failed row, with the reason and the raw answer, and
    so has one that its shard no longer holds whole.

    Raises:
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
    """
    outcomes = diagnose_shard(shards, reasoner, shard)
    return write_shard(folder, shard, spec_hash(spec), spec.schema_version, outcomes)


def diagnose_shard(
    shards: str, reasoner: Reasoner, shard: int, most: int | None = None
) -> Iterator[Outcome]:
    """Yield the row and the prior of each sample of a shard, in order, or of the first `most`."""
    asking = Asking(
        ask=lambda samples: diagnose_each(reasoner, [one["degraded.png"] for one in samples]),
        image="degraded.png",
        batch_size=reasoner.batch_size,
        author=str(reasoner.identity),
    )
    rows = islice(read_good_rows(shards, shard, {"degraded.png": decode_png}), most)
    return answer_rows(rows, asking)
