"""Exports a data set for Hugging Face `datasets`: WebDataset shards and a dataset card."""

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from rr_tasks.export.features import list_columns
from rr_tasks.export.source import Source, open_export, read_examples
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.writer import Outcome, write_shard
from rr_tasks.storage.files import join, publish_bytes
from rr_tasks.storage.leftovers import remove_leftovers
from schemas.export import HubExport, SplitName
from schemas.shard import DoneMarker, spec_hash


def open_hub_export(output: str, source: Source, split: SplitName) -> HubExport:
    """Record in the folder what is exported.

    Raises:
        OtherExportError: the folder holds an export of something else.
    """
    shards, annotations = source.hashes()
    spec = HubExport(source=shards, annotations=annotations, split=split)
    open_export(output, spec)
    remove_leftovers(output)
    return spec


def export_hub_shard(output: str, spec: HubExport, source: Source, shard: int) -> DoneMarker:
    """Write one shard with priors of the current version, or return its marker if it is finished.

    Raises:
        ShardDamagedError, OtherDataSetError: see `rr_tasks.export.source.read_examples`.
        HeldError: another run is writing it.
    """
    folder = join(output, spec.split)
    return write_shard(
        folder, shard, spec_hash(spec), spec.schema_version, _outcomes(source, shard)
    )


def publish_card(output: str, spec: HubExport, source: Source) -> None:
    """Write the card of a finished export, `README.md`, which tells `datasets` its columns."""
    environment = Environment(
        autoescape=False,  # noqa: S701 - Markdown; all that is filled in are numbers and names
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    template = environment.from_string(
        files("rr_tasks.export").joinpath("card.md.j2").read_text(encoding="utf-8")
    )
    markers = done_shards(join(output, spec.split))
    annotated = source.annotations is not None
    card = template.render(
        spec=spec,
        annotated=annotated,
        columns=[json.dumps(column) for column in list_columns(annotated=annotated)],
        samples=sum(marker.samples for marker in markers),
        size=_size_category(sum(marker.samples for marker in markers)),
    )
    publish_bytes(card.encode(), join(output, "README.md"))


def _outcomes(source: Source, shard: int) -> Iterator[Outcome]:
    for row, example in read_examples(source, shard):
        if example is None:
            yield row, None
            continue
        sample: dict[str, bytes | str] = {
            "clean.png": example.clean,
            "degraded.png": example.degraded,
            "prior.json": example.truth.model_dump_json(),
        }
        if source.annotations is not None:  # `datasets` needs the same files in every sample
            found = example.annotation
            sample["annotation.json"] = "null" if found is None else found.model_dump_json()
        yield row, sample


def _size_category(samples: int, names: Sequence[str] = ("1K", "10K", "100K", "1M", "10M")) -> str:
    """Name the size category as the Hub does."""
    limits = [10 ** (place + 3) for place in range(len(names))]
    place = sum(samples >= limit for limit in limits)
    if place == 0:
        return f"n<{names[0]}"
    return f"n>{names[-1]}" if place == len(names) else f"{names[place - 1]}<n<{names[place]}"
