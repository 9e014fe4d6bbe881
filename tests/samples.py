"""The samples of finished shards."""

from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import Sample, read_samples


def all_samples(folder: str) -> dict[str, Sample]:
    """Every sample of a data set, by its key."""
    return {
        sample["__key__"]: sample
        for marker in done_shards(folder)
        for sample in read_samples(folder, marker.shard)
    }
