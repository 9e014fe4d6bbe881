"""Decides by their names which files below a folder are photographs, and which are passed over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from os.path import splitext

from schemas.pattern import parse_patterns

SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".pjpeg", ".png", ".webp", ".tif", ".tiff"),
        *(".mpo", ".bmp", ".dib", ".gif", ".heic", ".heif", ".avif", ".jxl", ".jp2"),
    }
)

SYSTEM, EXCLUDED = "system or hidden", "excluded"
"""Why a file or a folder is passed over: by default, or on request."""
OTHER_KIND = "of other kinds"

_SYSTEM_NAMES = frozenset(
    {
        "_rr",
        # Synology, QNAP and other network disks: thumbnails, recycle bins, snapshots
        *("@eadir", "@tmp", "@recycle", "@recently-snapshot", "#recycle", "#snapshot"),
        *("~snapshot", "trashbox", "network trash folder", "temporary items"),
        # Windows
        *("$recycle.bin", "recycler", "recycled", "system volume information"),
        *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini"),
        # macOS, in archives that it packed, and what Linux finds after a crash
        *("__macosx", "icon\r", "lost+found"),
        # Picasa and other viewers
        *("picasa.ini", "zbthumbnail.info"),
    }
)
_OF_SYSTEM = re.compile(
    r"found\.\d{3}"  # what Windows finds after a crash
    r"|.*\.lrdata"  # previews of Lightroom
)
_PREVIEWS = re.compile(  # those of Apple's Photos, of iPhoto and Aperture
    r".*\.(photoslibrary/resources|(migrated)?(photo|ap)library/(previews|thumbnails))", re.DOTALL
)
_KIND = re.compile(r"\.(?=.*[a-z])[a-z0-9]{1,12}")


@dataclass(frozen=True)
class PassedOver:
    """Why a file is passed over, and the path that decides it: its own or a folder's above."""

    path: str
    why: str


class Selection:
    """Passes over hidden files, those of systems, and what a user excludes.

    Args:
        include: patterns, as in `.gitignore`, of paths that are never passed over.
        exclude: patterns of paths to pass over besides.
    """

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self._include = parse_patterns(tuple(include)) if include else None
        self._exclude = parse_patterns(tuple(exclude)) if exclude else None
        self._look = lru_cache(maxsize=1024)(self._look_at_folder)

    def skips_folder(self, path: str) -> PassedOver | None:
        """Say why nothing in a folder is taken; None if something may be."""
        return None if self._include else self._look(path)

    def skips(self, path: str) -> PassedOver | None:
        """Say why a file is passed over; None if it is not."""
        if self._include and self._include.match_file(path):
            return None
        return self._look(_folder_of(path)) or self._judge(path, path)

    def _look_at_folder(self, path: str) -> PassedOver | None:
        places = [place for place, letter in enumerate(path) if letter == "/"]
        above = (path[:place] for place in (*places, len(path)))
        found = (self._judge(folder, f"{folder}/") for folder in above if folder)
        return next(filter(None, found), None)

    def _judge(self, path: str, shown: str) -> PassedOver | None:
        if _is_of_system(path.lower()):
            return PassedOver(shown, SYSTEM)
        if self._exclude and self._exclude.match_file(shown):
            return PassedOver(shown, EXCLUDED)
        return None


def is_photograph(path: str) -> bool:
    """Whether the name is that of a photograph."""
    return splitext(path)[1].lower() in SUFFIXES  # noqa: PTH122 - many


def kind_of(path: str) -> str:
    """Return the suffix of a file that is no photograph, to count it by."""
    suffix = splitext(path)[1].lower()  # noqa: PTH122
    return suffix if _KIND.fullmatch(suffix) else OTHER_KIND


def _is_of_system(path: str) -> bool:
    name = path.rpartition("/")[2]
    hidden = name.startswith(".") and name not in (".", "..")  # which a key may hold as well
    known = name in _SYSTEM_NAMES or _OF_SYSTEM.fullmatch(name)
    return bool(hidden or known or _PREVIEWS.fullmatch(path))


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]
