"""Makes shards of samples, shows their progress sample by sample, and says what came of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flows.host import host
from flows.progress import follow
from flows.shards import share_shards
from rr_tasks.plural import say_count
from rr_tasks.storage.held import Held
from schemas.shard import DoneMarker


def share_samples(
    task: Callable[..., DoneMarker | Held],
    shards: Sequence[int],
    *arguments: Any,
    label: str,
    total: int,
    finished: Mapping[int, DoneMarker],
    workers: int | None = None,
    gpu: bool = False,
) -> list[DoneMarker]:
    """Like `flows.shards.share_shards`, for tasks that write shards; see there.

    Args:
        task: the work on one shard, which `rr_tasks.shards.writer.write_shard` finishes.
        shards: their numbers.
        arguments: the same for all.
        label: shown beside the progress.
        total: how many samples all shards have, those that fail included.
        finished: markers of the shards that earlier runs made.
        workers: how many shards are made at a time.
        gpu: whether each task needs a GPU for itself.
    """
    before = sum(marker.samples + marker.failures for marker in finished.values())
    with follow(label, total, before=before):
        return share_shards(
            task, shards, *arguments, label=None, workers=workers, finished=finished, gpu=gpu
        )


def conclude_shards(key: str, markers: Sequence[DoneMarker], about: str) -> None:
    """Publish a table of shards that were made, and say how many samples they hold."""
    rows = [
        {
            "shard": marker.shard,
            "samples": marker.samples,
            "failed": marker.failures,
            "MB": marker.size_bytes / 1e6,
            "finished": marker.finished_at,
        }
        for marker in markers
    ]
    host().publish_table(key, rows, about)
    samples = sum(marker.samples for marker in markers)
    failed = sum(marker.failures for marker in markers)
    counted = f"{say_count(samples, 'sample')} in {say_count(len(rows), 'shard')}"
    host().conclude(f"{counted}, {failed:,} failed" if failed else counted, failed=failed)
