"""Writes any relative path as text that every JSON reader accepts.

A path in valid UTF-8 stays as it is. Any other, such as a Latin-1 name in an old archive, becomes a
NUL, which no path contains, followed by its percent-encoded bytes.
"""

import os
from urllib.parse import quote_from_bytes, unquote_to_bytes

from rr_tasks.display import to_line

_ENCODED = "\0"


def to_text(path: str) -> str:
    """Turn a path of the operating system into text."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return _ENCODED + quote_from_bytes(os.fsencode(path))
    return path


def to_path(text: str) -> str:
    """Turn the text from `to_text` back into a path of the operating system."""
    if text.startswith(_ENCODED):
        return os.fsdecode(unquote_to_bytes(text[1:]))
    return text


def to_display(text: str) -> str:
    """Turn the text from `to_text` into a name to show to people, on one line."""
    return to_line(text.removeprefix(_ENCODED))
