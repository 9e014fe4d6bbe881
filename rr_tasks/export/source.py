"""The source of an export: a finished data set, with its annotations if they are given."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.shards.outcomes import Decoders, Lost, read_outcomes
from rr_tasks.shards.png import check_png
from rr_tasks.shards.reader import OtherDataSetError
from rr_tasks.shards.spec import read_data_spec, read_spec
from rr_tasks.shards.stream import Sample
from rr_tasks.storage.files import join, publish_if_absent
from rr_tasks.training.dataset import check_dataset, check_diagnosed
from schemas.errors import ExpectedError
from schemas.export import HubExport, MessagesExport
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.shard import DoneMarker, SampleRow, SynthesisSpec, spec_hash

_DIAGNOSIS_DECODERS: Decoders = {"prior.json": load_prior}
_DECODERS: Decoders = {"clean.png": check_png, "degraded.png": check_png, **_DIAGNOSIS_DECODERS}


class OtherExportError(ExpectedError, ValueError):
    """A folder contains an export of something else."""


@dataclass(frozen=True)
class Source:
    """URLs of a data set and, optionally, of its annotations."""

    shards: str
    annotations: str | None

    def check(self) -> list[DoneMarker]:
        """Check that everything is finished, and return the markers of all shards by number.

        Raises:
            NoShardsError, OtherDataSetError: a folder is not what it should be.
            UnfinishedDataSetError, MissingDiagnosesError: something has not been made yet.
        """
        markers = check_dataset(self.shards)
        if self.annotations is not None:
            check_belongs(self.annotations, self.shards)
            check_diagnosed(self.shards, markers, self.annotations)
        return markers

    def hashes(self) -> tuple[str, str | None]:
        """Return the hashes of both specs."""
        given = self.annotations
        annotated = None if given is None else spec_hash(read_spec(given))
        return spec_hash(read_spec(self.shards)), annotated


@dataclass(frozen=True)
class Example:
    """A sample: both photographs as PNG, the true prior, and that of the annotations.

    `scene` tells its photograph from others: samples of one photograph share it. `annotation` is
    None where no annotations are exported, or where the diagnosis failed.
    """

    key: str
    scene: str
    clean: bytes
    degraded: bytes
    truth: DiagnosticPrior
    annotation: DiagnosticPrior | None


def open_export(output: str, spec: HubExport | MessagesExport) -> None:
    """Record in the folder what is exported to it, so that later runs continue the same export.

    Raises:
        OtherExportError: it contains another export.
    """
    url = join(output, "export.json")
    if not publish_if_absent(spec.model_dump_json(indent=2).encode(), url):
        raise OtherExportError(
            f"{url}: this folder holds an export of other shards, of other annotations or with "
            "other options; choose another folder, or delete this one"
        )


def read_examples(source: Source, shard: int) -> Iterator[tuple[SampleRow, Example | None]]:
    """Stream the rows of a shard, each with its example unless the row says that there is none.

    A sample or a diagnosis that cannot be read makes a failed row.

    Raises:
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
        OtherDataSetError: annotations do not match the samples.
    """
    synthesized = isinstance(read_data_spec(source.shards), SynthesisSpec)
    outcomes = read_outcomes(source.shards, shard, _DECODERS)
    annotations = _read_annotations(source.annotations, shard)
    for row, sample in outcomes:
        if sample is None:
            yield row, None
            continue
        diagnosis = _check_key(next(annotations), row.key)
        if isinstance(sample, Lost):
            yield sample.fail(row), None
        elif isinstance(diagnosis, Lost):
            yield diagnosis.fail(row), None
        else:
            # Of pairs, many may share a clean photograph, whose file is not named.
            clean = hashlib.sha256(sample["clean.png"]).hexdigest()
            yield row, _example(sample, diagnosis, row.source if synthesized else clean)


def _read_annotations(
    folder: str | None, shard: int
) -> Iterator[tuple[SampleRow, Sample | Lost | None] | None]:
    """Yield the outcome of each diagnosis, or None forever if no annotations are exported."""
    return repeat(None) if folder is None else read_outcomes(folder, shard, _DIAGNOSIS_DECODERS)


def _check_key(
    diagnosed: tuple[SampleRow, Sample | Lost | None] | None, key: str
) -> Sample | Lost | None:
    row, diagnosis = diagnosed or (None, None)
    if row is not None and row.key != key:
        raise OtherDataSetError(
            f"annotations contain sample {row.key} where {key} is expected; run `rr annotate` again"
        )
    return diagnosis


def _example(sample: Sample, diagnosis: Sample | None, scene: str) -> Example:
    return Example(
        key=sample["__key__"],
        scene=scene,
        clean=sample["clean.png"],
        degraded=sample["degraded.png"],
        truth=sample["prior.json"],
        annotation=None if diagnosis is None else diagnosis["prior.json"],
    )
