"""Shards, with their annotations if given -> the formats of other programs."""

from flows.host import host
from flows.progress import follow
from flows.samples import conclude_shards, share_samples
from flows.shards import share_shards
from flows.verify import verify_shards
from rr_tasks.export.hub import open_hub_export, publish_card
from rr_tasks.export.messages import find_exported, finish_messages_export, open_messages_export
from rr_tasks.export.source import Source
from rr_tasks.export.tasks import export_hub_shard_task, export_messages_shard_task
from rr_tasks.plural import say_count
from rr_tasks.shards.reader import finished_shards
from rr_tasks.storage.files import join
from schemas.parameters.export import ExportHfParameters, ExportMessagesParameters


def export_hf(parameters: ExportHfParameters) -> str:
    """Export every shard not yet exported for Hugging Face datasets, and return the folder."""
    source = _open_source(parameters)
    made = source.check()
    spec = open_hub_export(parameters.output, source, parameters.split)
    markers = share_samples(
        export_hub_shard_task,
        [marker.shard for marker in made],
        parameters.output,
        spec,
        source,
        label="Export samples",
        total=sum(marker.samples + marker.failures for marker in made),
        workers=parameters.workers,
        finished=finished_shards(join(parameters.output, spec.split)),
    )
    publish_card(parameters.output, spec, source)
    conclude_shards("exported-shards", markers, f"Shards of {parameters.output}")
    return parameters.output


def export_messages(parameters: ExportMessagesParameters) -> str:
    """Export every shard not yet exported as chats, and return the folder."""
    source = _open_source(parameters)
    rows_of = {
        marker.shard: marker.samples + marker.failures
        for marker in source.check()
        if marker.samples
    }
    spec = open_messages_export(
        parameters.output,
        source,
        parameters.dialect,
        validation=parameters.validation,
        licence=parameters.licence,
    )
    finished = find_exported(parameters.output, rows_of)
    before = sum(rows_of[shard] for shard in finished)
    with follow("Export samples", sum(rows_of.values()), before=before):
        exported = share_shards(
            export_messages_shard_task,
            list(rows_of),
            parameters.output,
            spec,
            source,
            label=None,
            workers=parameters.workers,
            finished=finished,
        )
    finish_messages_export(parameters.output, spec, rows_of)
    rows = [one.model_dump() for one in exported]
    host().publish_table("exported-messages", rows, f"Of {parameters.output}")
    chats = say_count(sum(one.train + one.validation for one in exported), "chat")
    host().conclude(f"{chats} in {say_count(len(exported), 'shard')}")
    return parameters.output


def _open_source(parameters: ExportHfParameters | ExportMessagesParameters) -> Source:
    if parameters.verify:
        verify_shards(parameters.shards, parameters.workers)
        if parameters.annotations is not None:
            verify_shards(parameters.annotations, parameters.workers)
    return Source(parameters.shards, parameters.annotations)
