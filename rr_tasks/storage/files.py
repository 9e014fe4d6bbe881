"""Files at fsspec URLs: joining, atomic publishing, listing.

Errors name the URL; `rr_tasks.storage.explanation.explain_errors` lists what is raised.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rr_tasks.storage.atomic import write_atomically
from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import READING_STOPS, StorageError
from rr_tasks.storage.file import locate, write_if_absent
from rr_tasks.storage.filesystem import filesystem_of, is_local
from rr_tasks.storage.listing import walk_files
from rr_tasks.storage.scratch import scratch_folder

_READ_AT_A_TIME = 16


class MissingFolderError(StorageError, FileNotFoundError):
    """A folder is missing, or is empty where files are needed."""


def join(url: str, *names: str) -> str:
    """Append path segments to a URL or folder."""
    return "/".join([url.rstrip("/"), *names])


def path_below(folder: str, url: str) -> str:
    """Return the path of a file relative to a folder that contains it."""
    prefix = filesystem_of(folder)[1].rstrip("/")
    return filesystem_of(url)[1].removeprefix(prefix).lstrip("/")


def name_of(url: str) -> str:
    """Return the last segment of a URL or path; for `.`, the name of the folder it stands for."""
    return filesystem_of(url)[1].rstrip("/").rsplit("/", 1)[-1]


def exists(url: str) -> bool:
    """Whether a file or folder exists at `url`.

    Raises:
        MissingBucketError: not even the bucket exists.
    """
    return locate(url).exists()


def publish(local: Path, url: str) -> None:
    """Make a finished local file visible at `url` in one step.

    Object storage shows an upload only when it is complete. On a disk, the file is linked to a
    temporary name beside its target, flushed and renamed; it is copied only to another disk, so it
    must not be changed afterwards.
    """
    locate(url).upload(local)


@contextmanager
def publish_when_written(url: str) -> Iterator[Path]:
    """Yield a local path; what is written there is published at `url` at the end of the block.

    If the block fails, nothing is published.
    """
    filesystem, path = filesystem_of(url)
    with explain_errors(url):
        if is_local(filesystem):
            with write_atomically(Path(path)) as partial:
                yield partial
        else:
            with scratch_folder() as scratch:
                yield scratch / "file"
                publish(scratch / "file", url)


def publish_bytes(content: bytes, url: str) -> None:
    """Make `content` visible at `url` in one step."""
    locate(url).write(content)


def publish_all(contents: Mapping[str, bytes]) -> None:
    """Make each content visible at its URL, several at a time in object storage.

    Each becomes visible in one step, but not all at once. At least one is required, and all URLs
    must be in the same storage.
    """
    first = next(iter(contents))
    filesystem = filesystem_of(first)[0]
    if is_local(filesystem):
        for url, content in contents.items():
            publish_bytes(content, url)
        return
    with explain_errors(first):
        filesystem.pipe({filesystem_of(url)[1]: content for url, content in contents.items()})


def publish_if_absent(content: bytes, url: str) -> bool:
    """Make `content` visible at `url` unless a file is there; see `write_if_absent`."""
    return write_if_absent(locate(url), content)


def read_bytes(url: str) -> bytes:
    """Read a whole file."""
    return locate(url).read()


def read_all(urls: Sequence[str]) -> Iterator[bytes]:
    """Read whole files in the given order, several at a time in object storage."""
    for content in read_each(urls):
        if isinstance(content, StorageError):
            raise content
        yield content


def read_each(urls: Sequence[str]) -> Iterator[bytes | StorageError]:
    """Read whole files like `read_all`; of one that cannot be read, yield the error.

    Raises:
        StorageError: one of `READING_STOPS`, which every other file would meet as well.
    """
    for first in range(0, len(urls), _READ_AT_A_TIME):
        yield from _read_batch(urls[first : first + _READ_AT_A_TIME])


def remove(url: str) -> None:
    """Delete a file, if it still exists."""
    locate(url).remove()


def stamp(url: str) -> str | None:
    """Return a text that changes when the file is replaced; None if there is no file."""
    return locate(url).stamp()


def list_files(url: str) -> list[str]:
    """List the URLs of all files below a folder, sorted, without hidden files and folders.

    Raises:
        MissingFolderError: the folder is missing or empty.
    """
    filesystem, root = filesystem_of(url)
    with explain_errors(url):
        paths = walk_files(filesystem, root)
        visible = sorted(path for path in paths if not _is_hidden(path[len(root) :]))
    if not visible and not exists(url):
        raise MissingFolderError(f"{url}: no such folder; check the path or URL")
    return [str(filesystem.unstrip_protocol(path)) for path in visible]


def list_paths(folder: str) -> set[str]:
    """List the paths of all files below a folder, relative to it; none if the folder is missing."""
    try:
        return set(paths_below(folder, list_files(folder)))
    except MissingFolderError:
        return set()


def list_folders(url: str) -> list[str]:
    """List the URLs of the folders directly in a folder, sorted, without hidden ones.

    Raises:
        MissingFolderError: the folder is missing or empty.
    """
    filesystem, root = filesystem_of(url)
    with explain_errors(url):
        try:
            found = filesystem.ls(root, detail=True)
        except FileNotFoundError as error:
            if not is_local(filesystem):
                from rr_tasks.storage.network_failure import raise_unless_absent

                raise_unless_absent(error)
            raise MissingFolderError(f"{url}: no such folder; check the path or URL") from error
    names = (
        entry["name"].rstrip("/").rpartition("/")[2]
        for entry in found
        if entry["type"] == "directory"
    )
    return [join(url, name) for name in sorted(names) if not name.startswith(".")]


def paths_below(root: str, urls: Sequence[str]) -> list[str]:
    """Return the path of each URL relative to a folder that contains them all."""
    filesystem, path = filesystem_of(root)
    prefix = str(filesystem.unstrip_protocol(path))
    return [url.removeprefix(prefix).removeprefix("/") for url in urls]


def _is_hidden(relative: str) -> bool:
    return any(part.startswith(".") for part in relative.strip("/").split("/"))


def _read_batch(urls: Sequence[str]) -> Iterator[bytes | StorageError]:
    try:
        filesystem, paths = filesystem_of(urls[0])[0], [filesystem_of(url)[1] for url in urls]
    except StorageError:  # one has a name that its storage does not take
        yield from map(_try_to_read, urls)
        return
    if is_local(filesystem):
        yield from map(_try_to_read, urls)
        return
    whole = [None] * len(paths)
    contents = filesystem.cat_ranges(paths, whole, whole, on_error="return")
    for url, content in zip(urls, contents, strict=True):
        yield _try_to_read(url) if isinstance(content, Exception) else content


def _try_to_read(url: str) -> bytes | StorageError:
    try:
        return read_bytes(url)
    except READING_STOPS:
        raise
    except StorageError as error:
        return error
