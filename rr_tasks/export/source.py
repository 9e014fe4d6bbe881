"""What is exported: a whole data set, paired with annotations of it where they are given."""

from collections.abc import Iterator
from dataclasses import dataclass

from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.shards.spec import read_spec
from rr_tasks.shards.stream import Sample, check_key, read_outcomes, read_samples, unpack
from rr_tasks.storage.files import join, publish_if_absent
from rr_tasks.training.dataset import check_diagnosed, whole_dataset
from schemas.errors import ExpectedError
from schemas.export import HubExport, MessagesExport
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.shard import DoneMarker, SampleRow, spec_hash


class OtherExportError(ExpectedError, ValueError):
    """A folder holds an export of something else."""


@dataclass(frozen=True)
class Source:
    """URLs of a synthesized data set and, maybe, of its annotations."""

    shards: str
    annotations: str | None

    def check(self) -> list[DoneMarker]:
        """The markers of all its shards, by number.

        Raises:
            NoShardsError, OtherDataSetError: a folder is not what it should be.
            UnfinishedDataSetError, MissingDiagnosesError: something has not been made yet.
        """
        markers = whole_dataset(self.shards)
        if self.annotations is not None:
            check_belongs(self.annotations, self.shards)
            check_diagnosed(self.shards, markers, self.annotations)
        return markers

    def hashes(self) -> tuple[str, str | None]:
        """The hashes of both specs."""
        given = self.annotations
        annotated = None if given is None else spec_hash(read_spec(given))
        return spec_hash(read_spec(self.shards)), annotated


@dataclass(frozen=True)
class Example:
    """A sample: both photographs as PNG, the true prior, and the one of the annotations if any."""

    key: str
    clean: bytes
    degraded: bytes
    truth: DiagnosticPrior
    annotation: DiagnosticPrior | None


def open_export(output: str, spec: HubExport | MessagesExport) -> None:
    """Write down in the folder what is exported there, so that another run goes on with the same.

    Raises:
        OtherExportError: it holds something else.
    """
    url = join(output, "export.json")
    if not publish_if_absent(spec.model_dump_json(indent=2).encode(), url):
        raise OtherExportError(
            f"{url}: this folder holds an export of other shards, of other annotations or with "
            "other options; choose another folder, or delete this one"
        )


def read_examples(source: Source, shard: int) -> Iterator[tuple[SampleRow, Example | None]]:
    """Stream the rows of a shard, each with its example unless the input had failed.

    Raises:
        ShardDamagedError: a tar is damaged, or a prior in it.
        OtherDataSetError: annotations do not follow the samples.
    """
    outcomes = read_outcomes(source.shards, shard, "clean.png", "degraded.png", "prior.json")
    annotations = source.annotations and read_samples(source.annotations, shard, "prior.json")
    for row, sample in outcomes:
        if sample is None:
            yield row, None
        else:
            yield row, _example(sample, next(annotations) if annotations else None)


def _example(sample: Sample, annotation: Sample | None) -> Example:
    key = sample["__key__"]
    return Example(
        key=key,
        clean=sample["clean.png"],
        degraded=sample["degraded.png"],
        truth=unpack(sample, "prior.json", load_prior),
        annotation=None if annotation is None else _annotation(annotation, key),
    )


def _annotation(sample: Sample, key: str) -> DiagnosticPrior:
    return unpack(check_key(sample, key), "prior.json", load_prior)
