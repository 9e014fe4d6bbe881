"""Tasks of a runner: export one shard."""

from rr_tasks.export.hub import export_hub_shard
from rr_tasks.export.messages import export_messages_shard
from rr_tasks.export.source import Source
from rr_tasks.storage.claim import make_unless_held
from rr_tasks.storage.held import Held
from schemas.export import ExportedChats, HubExport, MessagesExport
from schemas.shard import DoneMarker


def export_hub_shard_task(
    shard: int, output: str, spec: HubExport, source: Source
) -> DoneMarker | Held:
    """See `rr_tasks.export.hub.export_hub_shard`."""
    return make_unless_held(lambda: export_hub_shard(output, spec, source, shard))


def export_messages_shard_task(
    shard: int, output: str, spec: MessagesExport, source: Source
) -> ExportedChats | Held:
    """See `rr_tasks.export.messages.export_messages_shard`."""
    return make_unless_held(lambda: export_messages_shard(output, spec, source, shard))
