"""Storage behind fsspec URLs: joining, atomic publishing, identity of inputs."""

import hashlib
import io
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import fsspec
import fsspec.implementations.local

from schemas.errors import ExpectedError


class MissingFolderError(ExpectedError, FileNotFoundError):
    """A folder is missing or holds nothing that is looked for."""


def join(url: str, *names: str) -> str:
    """Append path segments to a URL or folder."""
    return "/".join([url.rstrip("/"), *names])


def exists(url: str) -> bool:
    """Whether an object or file is there."""
    filesystem, path = fsspec.core.url_to_fs(url)
    return bool(filesystem.exists(path))


def publish(local: Path, url: str) -> None:
    """Make a finished local file visible at `url` in one step.

    Object stores show an upload only when it is complete; on a local disk the file is copied to a
    temporary name beside its target, flushed and renamed.
    """
    filesystem, path = fsspec.core.url_to_fs(url)
    if _is_local(filesystem):
        with local.open("rb") as source:
            _write_then_rename(source, Path(path))
    else:
        filesystem.put_file(str(local), path)


def publish_bytes(content: bytes, url: str) -> None:
    """Make `content` visible at `url` in one step."""
    filesystem, path = fsspec.core.url_to_fs(url)
    if _is_local(filesystem):
        _write_then_rename(io.BytesIO(content), Path(path))
    else:
        filesystem.pipe_file(path, content)


def read_bytes(url: str) -> bytes:
    """Read a whole object."""
    filesystem, path = fsspec.core.url_to_fs(url)
    return bytes(filesystem.cat_file(path))


def list_files(url: str) -> list[str]:
    """All files below a folder, sorted, as URLs; hidden files and folders are left out.

    Raises:
        MissingFolderError: nothing is there.
    """
    filesystem, root = fsspec.core.url_to_fs(url)
    if not filesystem.exists(root):
        raise MissingFolderError(f"{url}: no such folder; check the path or URL")
    found = sorted(filesystem.find(root))
    visible = [path for path in found if not _is_hidden(path[len(root) :])]
    return [str(filesystem.unstrip_protocol(path)) for path in visible]


def identity(root: str, urls: Iterable[str]) -> str:
    """SHA-256 over names below `root` and contents: changes when any input does."""
    digest = hashlib.sha256()
    prefix = str(fsspec.core.url_to_fs(root)[1])
    for url in urls:
        path = str(fsspec.core.url_to_fs(url)[1])
        digest.update(path.removeprefix(prefix).strip("/").encode("utf-8", "surrogateescape"))
        digest.update(hashlib.sha256(read_bytes(url)).digest())
    return digest.hexdigest()


def _write_then_rename(source: BinaryIO, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with partial.open("wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
    except OSError as error:
        error.filename = error.filename or str(target)  # a full disk does not name one
        raise
    finally:
        partial.unlink(missing_ok=True)


def _is_hidden(relative: str) -> bool:
    return any(part.startswith(".") for part in relative.strip("/").split("/"))


def _is_local(filesystem: fsspec.AbstractFileSystem) -> bool:
    return isinstance(filesystem, fsspec.implementations.local.LocalFileSystem)
