"""Reads and writes the spec of the data set in a folder."""

import re
from contextlib import suppress
from typing import Annotated, get_args

from pydantic import Field, TypeAdapter, ValidationError

from rr_tasks.photographs.listing import Photographs
from rr_tasks.shards.reader import NoShardsError, OtherDataSetError
from rr_tasks.storage.below import join_below
from rr_tasks.storage.failure import MissingFileError, StorageError
from rr_tasks.storage.files import (
    MissingFolderError,
    join,
    list_folders,
    name_of,
    publish_bytes,
    read_bytes,
)
from rr_tasks.storage.leftovers import remove_leftovers
from schemas.prior.migrations import check_version
from schemas.shard import DataSpec, Spec, folder_name

_DATA_SPEC: TypeAdapter[DataSpec] = TypeAdapter(Annotated[DataSpec, Field(discriminator="kind")])
_ANY_SPEC: TypeAdapter[Spec] = TypeAdapter(Annotated[Spec, Field(discriminator="kind")])
_NAME = re.compile(r"(?!comparison-).+-[0-9a-f]{16}")


def open_folder(root: str, spec: Spec) -> str:
    """Record a spec in its folder below `root` unless it is there already, and return the folder.

    Users who are only allowed to read can therefore run a finished command again.
    """
    folder = join_below(root, folder_name(spec))  # migrations take the spec from a file
    if not _holds(folder, spec):
        publish_bytes(spec.model_dump_json(indent=2).encode(), join(folder, "spec.json"))
    remove_leftovers(folder)
    return folder


def open_dataset(root: str, spec: DataSpec, photographs: Photographs) -> str:
    """Record the spec and the photographs in the data set's folder, and return the folder."""
    folder = open_folder(root, spec)
    photographs.publish(folder)
    return folder


def read_data_spec(folder: str) -> DataSpec:
    """Read the spec that `rr synthesize` or `rr ingest` wrote into a data set's folder.

    Raises:
        NoShardsError: the folder is missing or is not a data set.
        OtherDataSetError: the folder holds something else, such as annotations, or its spec is
            damaged.
        UnknownPriorVersionError: its priors are newer than this release.
    """
    url = join(folder, "spec.json")
    try:
        spec = _DATA_SPEC.validate_json(read_bytes(url))
    except MissingFileError as error:
        raise _no_data_set(folder, "run `rr synthesize` first") from error
    except ValidationError as error:
        raise OtherDataSetError(
            f"{url}: not written by `rr synthesize` or `rr ingest`, or damaged; name the folder of "
            "a data set, or run the command that made it again, which rewrites the file"
        ) from error
    check_version(spec.schema_version, folder)
    return spec


def read_spec(folder: str) -> Spec:
    """Read the spec of a data set or of annotations, whatever its version.

    Raises:
        NoShardsError: the folder is missing or holds neither.
        OtherDataSetError: its spec is damaged or of another kind.
    """
    url = join(folder, "spec.json")
    try:
        return _ANY_SPEC.validate_json(read_bytes(url))
    except MissingFileError as error:
        raise _no_data_set(folder, "check the folder's name") from error
    except ValidationError as error:
        raise OtherDataSetError(
            f"{url}: not the spec of a data set or of annotations, or damaged; run the command "
            "that made the folder again, which rewrites the file"
        ) from error


def find_data_sets(root: str) -> list[str]:
    """List the data sets directly in a folder, sorted; none if it is missing.

    One whose spec is damaged is among them, so that whoever reads it says so.
    """
    try:
        folders = list_folders(root)
    except MissingFolderError:
        return []
    return [one for one in folders if _NAME.fullmatch(name_of(one)) and _is_data_set(one)]


def _is_data_set(folder: str) -> bool:
    try:
        return isinstance(read_spec(folder), get_args(DataSpec))
    except NoShardsError:  # stopped before its first file
        return False
    except OtherDataSetError:
        return True


def _no_data_set(folder: str, advice: str) -> NoShardsError:
    """Explain that a folder is not a data set, and name any data sets in it."""
    with suppress(StorageError):
        names = [name for name in map(name_of, list_folders(folder)) if _NAME.fullmatch(name)]
        if names:
            advice = f"name a folder in it: {', '.join(names)}"
    return NoShardsError(f"{folder}: no data set here (no spec.json); {advice}")


def _holds(folder: str, spec: Spec) -> bool:
    with suppress(NoShardsError, OtherDataSetError):
        return read_spec(folder) == spec
    return False
