"""Finds the annotations that a data set already has, whichever reasoner made them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rr_tasks.reasoner.annotation import belongs_to, check_belongs, read_annotation_spec
from rr_tasks.shards.reader import NoShardsError, OtherDataSetError, done_shards
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.storage.files import MissingFolderError, list_folders, name_of
from schemas.prior.migrations import UnknownPriorVersionError
from schemas.shard import AnnotationSpec

_NAME = re.compile(r"annotations-[0-9a-f]{16}")


@dataclass(frozen=True)
class Annotations:
    """A folder of annotations, the samples of each finished shard, and when the last one ended."""

    folder: str
    spec: AnnotationSpec
    samples: Mapping[int, int]
    finished_at: str


@dataclass(frozen=True)
class History:
    """All annotations of a data set, newest first, and the folders whose spec cannot be read."""

    known: tuple[Annotations, ...]
    unreadable: tuple[str, ...]


def read_history(root: str, shards: str) -> History:
    """Find the annotations of a data set among the folders in `root`.

    A folder whose spec cannot be read may belong to any data set, so it is listed and left alone.

    Raises:
        NoShardsError: `shards` is missing or is not a data set.
        DamagedMarkerError: a marker of its annotations cannot be read.
    """
    data = read_data_spec(shards)
    known, unreadable = [], []
    for folder in _annotation_folders(root):
        try:
            spec = read_annotation_spec(folder)
        except NoShardsError:  # stopped before its first file
            continue
        except (OtherDataSetError, UnknownPriorVersionError):
            unreadable.append(folder)
            continue
        if belongs_to(spec, data):
            known.append(_read(folder, spec))
    known.sort(key=lambda one: (one.finished_at, one.folder), reverse=True)
    return History(tuple(known), tuple(unreadable))


def read_annotations(folder: str, shards: str) -> Annotations:
    """Read one folder of annotations of a data set.

    Raises:
        NoShardsError: the folder is missing, or none of its shards is finished.
        OtherDataSetError: it belongs to another data set, or is not a folder of annotations.
    """
    check_belongs(folder, shards)
    annotations = _read(folder, read_annotation_spec(folder))
    if not annotations.samples:
        raise NoShardsError(
            f"{folder}: none of these annotations is finished, so there is nothing to compare "
            "with; name another folder, or none"
        )
    return annotations


def _annotation_folders(root: str) -> Iterator[str]:
    try:
        folders = list_folders(root)
    except MissingFolderError:  # nothing was ever written there
        return
    yield from (folder for folder in folders if _NAME.fullmatch(name_of(folder)))


def _read(folder: str, spec: AnnotationSpec) -> Annotations:
    try:
        markers = done_shards(folder)
    except NoShardsError:
        markers = []
    return Annotations(
        folder=folder,
        spec=spec,
        samples={marker.shard: marker.samples for marker in markers},
        finished_at=max((marker.finished_at for marker in markers), default=""),
    )
