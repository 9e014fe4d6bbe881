"""Task of a runner: synthesizes one shard."""

from rr_tasks.degrade.synthesis import synthesize_shard
from rr_tasks.storage.claim import make_unless_held
from rr_tasks.storage.held import Held
from schemas.shard import DoneMarker, SynthesisSpec


def synthesize_shard_task(
    shard: int, folder: str, spec: SynthesisSpec, photographs: str
) -> DoneMarker | Held:
    """See `rr_tasks.degrade.synthesis.synthesize_shard`."""
    return make_unless_held(lambda: synthesize_shard(folder, spec, photographs, shard))
