"""Relative paths as text that every JSON reader takes, whatever bytes the file system holds.

A path of valid UTF-8 is itself. Any other (an old archive's Latin-1 names) becomes a NUL, which no
path contains, followed by its percent-encoded bytes.
"""

import os
from urllib.parse import quote_from_bytes, unquote_to_bytes

_ENCODED = "\0"


def to_text(path: str) -> str:
    """Turn a path of the operating system into text."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return _ENCODED + quote_from_bytes(os.fsencode(path))
    return path


def to_path(text: str) -> str:
    """Turn text of `to_text` back into the path of the operating system."""
    if text.startswith(_ENCODED):
        return os.fsdecode(unquote_to_bytes(text[1:]))
    return text


def to_display(text: str) -> str:
    """Turn text of `to_text` into something for people."""
    return text.removeprefix(_ENCODED)
