"""Exports chats for fine-tuning vision-language models: photograph and prompt, then the prior.

`rr_tasks.export.dialect` says how they look. A part of the photographs is for validation: all
samples of a photograph are in the same split, so that no scene is in both.
"""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

import polars as pl

from rr_tasks.export.dialect import (
    JOINED,
    describe_to_llama_factory,
    image_path,
    lines_path,
    render_line,
)
from rr_tasks.export.source import Example, Source, open_export, read_examples
from rr_tasks.progress import Progress, report
from rr_tasks.shards.outcomes import LOST
from rr_tasks.shards.writer import tabulate_rows
from rr_tasks.storage.below import join_below
from rr_tasks.storage.claim import claim
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import (
    join,
    list_paths,
    publish_all,
    publish_bytes,
    publish_when_written,
    read_bytes,
)
from rr_tasks.storage.leftovers import remove_leftovers
from rr_tasks.storage.tables import publish_table, read_tables
from schemas.export import Dialect, ExportedChats, MessagesExport, Split
from schemas.prior.prompt import PROMPT_VERSION
from schemas.shard import SampleRow

_BATCH = 16
_DONE, _LOST = "done", "lost"


def open_messages_export(
    output: str,
    source: Source,
    dialect: Dialect,
    *,
    validation: float = 0.0,
    licence: str | None = None,
) -> MessagesExport:
    """Record in the folder what is exported.

    Args:
        output: URL of the folder.
        source: the data set, and annotations if they answer.
        dialect: whom the chats are for.
        validation: share of the photographs that are for validation, 0-1.
        licence: that of the photographs, repeated in every line.

    Raises:
        OtherExportError: the folder holds an export of something else.
    """
    shards, annotations = source.hashes()
    spec = MessagesExport(
        source=shards,
        annotations=annotations,
        dialect=dialect,
        prompt_version=PROMPT_VERSION,
        validation=validation,
        licence=licence,
    )
    open_export(output, spec)
    remove_leftovers(output)
    return spec


def export_messages_shard(
    output: str, spec: MessagesExport, source: Source, shard: int
) -> ExportedChats:
    """Write the photographs and lines of one shard, unless that is done.

    Raises:
        ShardDamagedError, OtherDataSetError: see `rr_tasks.export.source.read_examples`.
        HeldError: another run is writing them.
    """
    done = _find_done(output, shard)
    if done is not None:
        return done
    url = _done_url(output, shard)
    with claim(url):
        done = _find_done(output, shard)  # whoever held the claim may have finished just now
        if done is None:
            done = _write(output, spec, source, shard)
            publish_bytes(done.model_dump_json().encode(), url)
    return done


def find_exported(output: str, shards: Iterable[int]) -> dict[int, ExportedChats]:
    """Return what has been exported already, by shard number."""
    there = list_paths(join(output, _DONE))
    found = {shard: _find_done(output, shard) for shard in shards if f"{shard:05d}.json" in there}
    return {shard: done for shard, done in found.items() if done is not None}


def list_lost(output: str) -> pl.DataFrame:
    """List the samples that an export left out because they cannot be read.

    Returns:
        Their rows, as sidecars of shards have them; kept in `lost/NNNNN.parquet`.
    """
    folder = join(output, _LOST)
    urls = [join(folder, path) for path in sorted(list_paths(folder))]
    return pl.concat([tabulate_rows([]), *read_tables(urls)], how="diagonal_relaxed")


def finish_messages_export(output: str, spec: MessagesExport, shards: Iterable[int]) -> None:
    """Join the lines of all shards in a file for each split, and describe them; for `tags` only.

    Programs that read a whole folder would also read what a killed run left there.
    """
    if spec.dialect != "tags":
        return
    exported = find_exported(output, shards)
    for split, name in JOINED.items():
        written = [shard for shard in sorted(exported) if getattr(exported[shard], split)]
        with publish_when_written(join(output, name)) as local, local.open("wb") as joined:
            for shard in written:
                joined.write(read_bytes(join(output, lines_path(spec.dialect, split, shard))))
    publish_bytes(describe_to_llama_factory().encode(), join(output, "dataset_info.json"))


def choose_split(scene: str, validation: float) -> Split:
    """Choose the split of a scene, by a hash: the same one in every export.

    Args:
        scene: what tells the photograph from others.
        validation: share of the scenes that are for validation, 0-1.
    """
    place = int.from_bytes(hashlib.sha256(scene.encode()).digest()[:8]) / 2**64
    return "validation" if place < validation else "train"


def _write(output: str, spec: MessagesExport, source: Source, shard: int) -> ExportedChats:
    lost: list[SampleRow] = []
    lines: dict[Split, list[str]] = {split: [] for split in JOINED}
    examples = _answered(source, shard, lost)
    while batch := list(islice(examples, _BATCH)):
        photographs = {}
        for one in batch:
            split = choose_split(one.scene, spec.validation)
            url = join_below(output, image_path(spec.dialect, split, shard, one.key))
            photographs[url] = one.degraded
            lines[split].append(render_line(spec, split, shard, one))
        publish_all(photographs)
    for split, written in lines.items():
        if written:
            url = join(output, lines_path(spec.dialect, split, shard))
            publish_bytes("".join(written).encode(), url)
    if lost:
        publish_table(tabulate_rows(lost), join(output, _LOST, f"{shard:05d}.parquet"))
    return ExportedChats(
        shard=shard, train=len(lines["train"]), validation=len(lines["validation"])
    )


def _answered(source: Source, shard: int, lost: list[SampleRow]) -> Iterator[Example]:
    """Yield the examples that have an answer, report progress, and note rows of lost samples.

    The truth does not replace a failed diagnosis.
    """
    for number, (row, example) in enumerate(read_examples(source, shard), start=1):
        if example is None:
            lost += [row] if row.error and row.error.startswith(LOST) else []
        elif source.annotations is None or example.annotation is not None:
            yield example
        report(Progress(f"{shard:05d}", number, len(lost)))


def _find_done(output: str, shard: int) -> ExportedChats | None:
    try:
        return ExportedChats.model_validate_json(read_bytes(_done_url(output, shard)))
    except MissingFileError:
        return None


def _done_url(output: str, shard: int) -> str:
    return join(output, _DONE, f"{shard:05d}.json")
