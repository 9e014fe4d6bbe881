"""Checks whether a run can use its input and output folders."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePath

from rr_tasks.archive import layout
from rr_tasks.archive.listing import Listing, describe_left_out
from rr_tasks.photographs.selection import Selection
from rr_tasks.photographs.walk import walk
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.local_folder import LocalFolder
from schemas.errors import ExpectedError


class FolderError(ExpectedError, ValueError):
    """The input or the output folder cannot be used; the message says which and what to do."""


def check_folders(
    source: str, output: str, selection: Selection | None = None, only: Sequence[str] = ()
) -> None:
    """Make sure that a run can start, and mark the output as belonging to the input.

    Args:
        source: URL of the folder with the originals.
        output: URL of the folder for the restored ones.
        selection: what to pass over in `source`; by default what is hidden or belongs to systems.
        only: names of the photographs to restore; by default all. Then the output may lie inside
            the input, because it is not listed.

    Raises:
        FolderError: the input is missing, is not a folder or contains no photographs; one folder is
            inside the other; the output is not a folder, cannot be written or contains something
            else.
        StorageError: storage refuses.
    """
    originals, restored = open_folder(source), open_folder(output)
    if isinstance(originals, LocalFolder):
        _check_is_folder(source)
    _check_apart(originals.place, restored.place, nested=bool(only))
    _check_ours(originals, restored)
    if not only:
        _check_holds_photographs(source, originals, restored, selection)
    _sign(originals, restored)


def _check_holds_photographs(
    source: str, originals: Folder, restored: Folder, selection: Selection | None
) -> None:
    listing = Listing(walk(originals, selection, output=restored))
    if next(iter(listing), None) is None:
        hidden = f" (unreadable: {'; '.join(listing.unreadable)})" if listing.unreadable else ""
        others = f", but {describe_left_out(listing.left_out)}" if listing.left_out else ""
        raise FolderError(
            f"the input folder {source} holds no photographs, judging by the ends of the names"
            f"{others}{hidden}; check the path"
        )


def _check_is_folder(source: str) -> None:
    path = Path(open_folder(source).url)
    if not path.exists():
        raise FolderError(f"the input {source} does not exist; check the path")
    if not path.is_dir():
        raise FolderError(f"the input {source} is not a folder; name the folder that holds it")


def _check_apart(source: str, output: str, nested: bool) -> None:
    if source == output:
        raise FolderError(
            f"input and output are the same folder, {source}; originals are never overwritten: "
            "choose another output folder"
        )
    if not nested and PurePath(output).is_relative_to(source):
        raise FolderError(
            f"the output folder {output} lies inside the input folder {source}, so the next run "
            "would restore its own results; choose an output folder outside of it"
        )
    if PurePath(source).is_relative_to(output):
        raise FolderError(
            f"the input folder {source} lies inside the output folder {output}; "
            "choose another output folder"
        )


def _check_ours(source: Folder, output: Folder) -> None:
    """Refuse an output folder that holds unrelated files, or those of another archive."""
    if output.status(layout.SOURCE) is not None:
        known = os.fsdecode(output.read(layout.SOURCE))
        if known != source.place:
            raise FolderError(
                f"the output folder {output.url} holds the restored photographs of {known}, not of "
                f"{source.url}; choose another output folder (or, if the archive has moved, delete "
                f"{output.at(layout.SOURCE)})"
            )
    elif output.is_foreign(layout.OWN):
        raise FolderError(
            f"the output folder {output.url} is not empty and was not made by this command; files "
            "in it could be overwritten: choose an empty or a new folder"
        )


def _sign(source: Folder, output: Folder) -> None:
    """Record which input the output belongs to, which also shows that it can be written."""
    if isinstance(output, LocalFolder) and Path(output.url).is_file():
        raise FolderError(f"the output {output.url} is a file, not a folder; choose another output")
    try:
        output.write(layout.SOURCE, os.fsencode(source.place))
    except OSError as error:
        raise FolderError(f"the output folder {output.url} cannot be used: {error}") from error
