"""Opens folders wherever they are."""

from rr_tasks.storage.filesystem import filesystem_of, is_local
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.local_folder import LocalFolder


def open_folder(url: str, scratch: str | None = None) -> Folder:
    """Open a folder, which need not exist yet.

    Args:
        url: any URL or local path.
        scratch: path below it for unfinished files, if it is on a disk; by default they are written
            beside their targets.

    Raises:
        StorageError: there is no such kind of storage, or the URL is not usable.
    """
    filesystem, path = filesystem_of(url)
    if is_local(filesystem):
        return LocalFolder(path if "://" in url else url, scratch)
    from rr_tasks.storage.remote_folder import RemoteFolder  # slow to import; a disk needs no S3

    return RemoteFolder(filesystem, path)
