"""Links from the report to originals and outputs."""

import os
from pathlib import Path
from urllib.parse import quote_from_bytes

from rr_tasks.archive.layout import OWN
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.local_folder import LocalFolder
from rr_tasks.storage.names import to_path

OUTPUTS = "../"
"""Where the outputs are as seen from the report, on a disk and in object storage."""


def link_originals(source: Folder, output: Folder) -> str:
    """Return where the originals are as seen from the report, ending in a slash.

    It is relative on the same disk and in the same bucket, so it stays true when both folders move
    together, or are mounted or served elsewhere. Otherwise it is a whole URL.
    """
    (root, theirs), (our_root, ours) = _split(source), _split(output)
    if root == our_root:
        return f"{quote_path(os.path.relpath(theirs, f'{ours}/{OWN}'))}/"
    return f"{root or 'file://'}{quote_path(theirs)}/"


def quote_path(path: str) -> str:
    """Return a path below a folder, as `rr_tasks.storage.names` writes it, as part of a link."""
    return quote_from_bytes(os.fsencode(to_path(path)))


def _split(folder: Folder) -> tuple[str, str]:
    """Split a folder's URL into its bucket, which is empty for a disk, and an absolute path."""
    if isinstance(folder, LocalFolder):
        return "", str(Path(folder.url).absolute())
    scheme, _, rest = folder.url.partition("://")
    bucket, slash, path = rest.partition("/")
    return f"{scheme}://{bucket}", slash + path
