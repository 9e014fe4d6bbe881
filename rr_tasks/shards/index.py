"""Finds single samples in the middle of tars, of which it reads only the headers."""

import tarfile
from dataclasses import dataclass

from rr_tasks.plural import say_count
from rr_tasks.shards.reader import OtherDataSetError, advise_remake, done_shards, tar_url
from rr_tasks.shards.writer import ShardDamagedError
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import read_range
from rr_tasks.storage.filesystem import open_url


@dataclass(frozen=True)
class Member:
    """The place of one file of a sample: a byte range of a tar."""

    url: str
    start: int
    end: int

    def read(self) -> bytes:
        """Fetch just this range."""
        return read_range(self.url, self.start, self.end)


Index = dict[str, dict[str, Member]]
"""Key -> extension -> byte range."""


def index_samples(folder: str, *needed: str) -> Index:
    """Find every sample of a data set without reading it.

    Args:
        folder: URL of the data set.
        needed: extensions that every sample must have.

    Raises:
        NoShardsError: there are no finished shards.
        ShardDamagedError: a tar is missing, cut off, or holds fewer samples than its marker says.
        OtherDataSetError: a sample lacks one of `needed`.
    """
    samples: Index = {}
    for marker in done_shards(folder):
        url = tar_url(folder, marker.shard)
        found = _index(url)
        if len(found) != marker.samples:
            raise ShardDamagedError(
                f"{url}: holds {say_count(len(found), 'sample')} where the done marker counts "
                f"{marker.samples}; {advise_remake(url)}"
            )
        samples |= found
    for key, files in samples.items():
        lacking = set(needed) - files.keys()
        if lacking:
            raise OtherDataSetError(
                f"{folder}: sample {key} has no {min(lacking)}, so this is not the data set that "
                "is needed here; check the order and the names of the folders"
            )
    return samples


def _index(url: str) -> Index:
    samples: Index = {}
    try:
        with open_url(url) as stream, tarfile.open(fileobj=stream) as archive:
            for entry in archive:
                key, extension = entry.name.split(".", 1)
                member = Member(url, entry.offset_data, entry.offset_data + entry.size)
                samples.setdefault(key, {})[extension] = member
    except (tarfile.TarError, MissingFileError) as error:
        reason = "missing" if isinstance(error, MissingFileError) else f"cannot be read ({error})"
        raise ShardDamagedError(f"{url}: {reason}; {advise_remake(url)}") from error
    return samples
