"""Where things are in the output folder, and whether the two folders can be used at all."""

import os
from dataclasses import dataclass
from pathlib import Path

from rr_tasks.archive.listing import Listing
from rr_tasks.archive.names import to_path
from rr_tasks.archive.storage import WriteFailedError, write_whole
from schemas.errors import ExpectedError

OWN_FOLDER = "_rr"


class FolderError(ExpectedError, ValueError):
    """The input or the output folder cannot be used; the message says which and what to do."""


@dataclass(frozen=True)
class Layout:
    """The paths of an output folder; everything but the photographs is below `_rr`."""

    output: Path

    @property
    def own(self) -> Path:
        """Our own folder."""
        return self.output / OWN_FOLDER

    @property
    def plan(self) -> Path:
        """Folder of the plan's chunks."""
        return self.own / "plan"

    @property
    def previews(self) -> Path:
        """Folder of small before/after pairs."""
        return self.own / "previews"

    @property
    def report(self) -> Path:
        """The report for people."""
        return self.own / "report.html"

    @property
    def failures(self) -> Path:
        """The list of photographs that could not be restored."""
        return self.own / "failures.csv"

    @property
    def source(self) -> Path:
        """The real path of the input folder that this output belongs to."""
        return self.own / "source"

    @property
    def lock(self) -> Path:
        """Held by the run that works on this output."""
        return self.own / "lock"

    @property
    def summary(self) -> Path:
        """The counts of the last finished run."""
        return self.own / "run.json"

    def ledger(self, chunk: str) -> Path:
        """The ledger of one chunk."""
        return self.own / "ledger" / f"{chunk}.jsonl"

    def scratch(self, chunk: str) -> Path:
        """Folder for the unfinished files of one chunk, which one task at a time owns."""
        return self.own / "unfinished" / chunk

    def restored(self, path: str) -> Path:
        """The restored photograph of a planned path."""
        return self.output / to_path(path)

    def prior(self, path: str) -> Path:
        """The diagnosis beside the restored photograph."""
        return self.output / f"{to_path(path)}.prior.json"


def check_folders(source: Path, output: Path) -> None:
    """Make sure that a run can start.

    Raises:
        FolderError: the input is missing, no folder, or without photographs; one folder lies in
            the other; the output is no folder or cannot be written.
    """
    if not source.exists():
        raise FolderError(f"the input folder {source} does not exist; check the path")
    if not source.is_dir():
        raise FolderError(f"the input {source} is not a folder; name the folder that holds it")
    _check_apart(Path(os.path.realpath(source)), Path(os.path.realpath(output)))
    _check_ours(source, output)
    listing = Listing(source)
    if next(iter(listing), None) is None:
        hidden = f" (unreadable: {'; '.join(listing.unreadable)})" if listing.unreadable else ""
        raise FolderError(
            f"the input folder {source} holds no photographs "
            f"(JPEG, PNG, WebP or TIFF){hidden}; check the path"
        )
    _check_writable(output)
    write_whole(Layout(output).source, os.fsencode(os.path.realpath(source)))


def _check_ours(source: Path, output: Path) -> None:
    """Refuse an output folder with other people's files, or with another archive's."""
    layout = Layout(output)
    if layout.source.exists():
        known = Path(os.fsdecode(layout.source.read_bytes()))
        if known != Path(os.path.realpath(source)):
            raise FolderError(
                f"the output folder {output} holds the restored photographs of {known}, not of "
                f"{source}; choose another output folder (or, if the archive has moved, delete "
                f"{layout.source})"
            )
    elif output.is_dir() and not layout.own.exists() and any(output.iterdir()):
        raise FolderError(
            f"the output folder {output} is not empty and was not made by this command; files in "
            "it could be overwritten: choose an empty or a new folder"
        )


def _check_apart(source: Path, output: Path) -> None:
    if source == output:
        raise FolderError(
            f"input and output are the same folder, {source}; originals are never overwritten: "
            "choose another output folder"
        )
    if output.is_relative_to(source):
        raise FolderError(
            f"the output folder {output} lies inside the input folder {source}, so the next run "
            "would restore its own results; choose an output folder outside of it"
        )
    if source.is_relative_to(output):
        raise FolderError(
            f"the input folder {source} lies inside the output folder {output}; "
            "choose another output folder"
        )


def _check_writable(output: Path) -> None:
    if output.exists() and not output.is_dir():
        raise FolderError(f"the output {output} is a file, not a folder; choose another output")
    probe = output / OWN_FOLDER / ".writable"
    try:
        write_whole(probe, b"rr")
        probe.unlink()
    except (OSError, WriteFailedError) as error:
        raise FolderError(f"the output folder {output} cannot be used: {error}") from error
