"""Exports chats for fine-tuning vision-language models: photograph and prompt, then the prior.

Dialects differ in how a message refers to its photograph and in what paths are relative to:

- `tags`: the text contains `<image>`, and `images` lists paths below the export. Lines are written
  to `lines/NNNNN.jsonl` and joined in `messages.jsonl` at the end, which `dataset_info.json`
  describes to LLaMA-Factory.
- `trl`: contents are lists of parts. Lines are written to `metadata.jsonl` beside the photographs,
  from which `datasets` loads a column `images` of photographs, as TRL expects.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import polars as pl

from rr_tasks.export.source import Example, Source, open_export, read_examples
from rr_tasks.shards.outcomes import LOST
from rr_tasks.shards.writer import tabulate_rows
from rr_tasks.storage.claim import claim
from rr_tasks.storage.files import (
    exists,
    join,
    list_paths,
    publish_all,
    publish_bytes,
    publish_when_written,
    read_bytes,
)
from rr_tasks.storage.leftovers import remove_leftovers
from rr_tasks.storage.tables import publish_table, read_tables
from schemas.export import Dialect, MessagesExport
from schemas.prior.prompt import PROMPT, PROMPT_VERSION, answer
from schemas.shard import SampleRow

DATASET_NAME = "reason-and-restore"
"""Name of the data set in LLaMA-Factory."""

_BATCH = 16
_JOINED = "messages.jsonl"
_LOST = "lost"


def open_messages_export(output: str, source: Source, dialect: Dialect) -> MessagesExport:
    """Record in the folder what is exported.

    Raises:
        OtherExportError: the folder holds an export of something else.
    """
    shards, annotations = source.hashes()
    spec = MessagesExport(
        source=shards, annotations=annotations, dialect=dialect, prompt_version=PROMPT_VERSION
    )
    open_export(output, spec)
    remove_leftovers(output)
    return spec


def export_messages_shard(output: str, spec: MessagesExport, source: Source, shard: int) -> str:
    """Write the photographs of one shard and then its lines, unless the lines exist.

    Returns:
        The URL of the lines.

    Raises:
        ShardDamagedError, OtherDataSetError: see `rr_tasks.export.source.read_examples`.
        HeldError: another run is writing them.
    """
    url = _lines_url(output, spec.dialect, shard)
    if exists(url):
        return url
    with claim(url):
        if not exists(url):  # whoever held the claim may have finished just now
            _write(output, url, spec, source, shard)
    return url


def find_lines(output: str, spec: MessagesExport, shards: Iterable[int]) -> dict[int, str]:
    """Return the URLs of the lines that exist, by shard number."""
    folder = "lines" if spec.dialect == "tags" else "images"
    there = {join(output, folder, path) for path in list_paths(join(output, folder))}
    urls = {shard: _lines_url(output, spec.dialect, shard) for shard in shards}
    return {shard: url for shard, url in urls.items() if url in there}


def list_lost(output: str) -> pl.DataFrame:
    """List the samples that an export left out because they cannot be read.

    Returns:
        Their rows, as sidecars of shards have them; kept in `lost/NNNNN.parquet`.
    """
    folder = join(output, _LOST)
    urls = [join(folder, path) for path in sorted(list_paths(folder))]
    return pl.concat([tabulate_rows([]), *read_tables(urls)], how="diagonal_relaxed")


def finish_messages_export(output: str, spec: MessagesExport, shards: Iterable[int]) -> None:
    """Join the lines of all shards in one file for the dialect `tags`, and describe that file.

    Programs that read a whole folder would also read what a killed run left there.
    """
    if spec.dialect != "tags":
        return
    with publish_when_written(join(output, _JOINED)) as local, local.open("wb") as joined:
        for shard in shards:
            joined.write(read_bytes(_lines_url(output, spec.dialect, shard)))
    publish_bytes(json.dumps(_DATASET_INFO, indent=2).encode(), join(output, "dataset_info.json"))


def _write(output: str, url: str, spec: MessagesExport, source: Source, shard: int) -> None:
    lost: list[SampleRow] = []
    examples = _answered(source, shard, lost)
    with publish_when_written(url) as local, local.open("w", encoding="utf-8") as lines:
        while batch := list(islice(examples, _BATCH)):
            publish_all({_image_url(output, shard, one.key): one.degraded for one in batch})
            lines.writelines(_line(spec.dialect, shard, one) for one in batch)
        if lost:
            publish_table(tabulate_rows(lost), join(output, _LOST, f"{shard:05d}.parquet"))


def _answered(source: Source, shard: int, lost: list[SampleRow]) -> Iterator[Example]:
    """Yield the examples that have an answer, and note the rows of samples that are lost.

    The truth does not replace a failed diagnosis.
    """
    for row, example in read_examples(source, shard):
        if example is None:
            lost += [row] if row.error and row.error.startswith(LOST) else []
        elif source.annotations is None or example.annotation is not None:
            yield example


def _line(dialect: Dialect, shard: int, example: Example) -> str:
    reply = answer(example.annotation or example.truth, example.key)
    document: dict[str, Any]
    if dialect == "tags":
        document = {
            "messages": [_message("user", f"<image>{PROMPT}"), _message("assistant", reply)],
            "images": [_image_url("", shard, example.key).lstrip("/")],
        }
    else:
        question = [{"type": "image"}, {"type": "text", "text": PROMPT}]
        document = {
            "messages": [
                _message("user", question),
                _message("assistant", [{"type": "text", "text": reply}]),
            ],
            "images_file_names": [f"{example.key}.png"],
        }
    return json.dumps(document, ensure_ascii=False) + "\n"


def _message(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def _lines_url(output: str, dialect: Dialect, shard: int) -> str:
    if dialect == "tags":
        return join(output, "lines", f"{shard:05d}.jsonl")
    return join(output, "images", f"{shard:05d}", "metadata.jsonl")


def _image_url(output: str, shard: int, key: str) -> str:
    return join(output, "images", f"{shard:05d}", f"{key}.png")


_DATASET_INFO = {
    DATASET_NAME: {
        "file_name": _JOINED,
        "formatting": "sharegpt",
        "columns": {"messages": "messages", "images": "images"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
        },
    }
}
