"""Tells by their names which files belong to a photograph: sidecars, raw files, short videos.

Takeout is what Google calls an export of its photo service. There the description of `IMG.jpg` is
`IMG.jpg.json` or `IMG.jpg.supplemental-metadata.json`, cut off after 46 characters and `.json`, and
that of `IMG(1).jpg` is `IMG.jpg(1).json`.
"""

import re
from os.path import splitext

_SIDECARS = frozenset(
    {".xmp", ".aae", ".json", ".pp3", ".dop", ".arp", ".on1", ".cos", ".vrd", ".thm", ".exv"}
)
_RAW = frozenset(
    {
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq"),
        *(".k25", ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw"),
        *(".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
    }
)
_LIVE = frozenset({".mov", ".mp4", ".mp"})
"""The seconds around a Live Photo, or the sound and video of a motion photo."""

SUFFIXES = _SIDECARS | _RAW | _LIVE
PRIOR_SUFFIX = ".prior.json"
"""Ends the names of our own diagnoses, which are never companions."""

_CUT = 46
_DETAILS = ".supplemental-metadata"
_NUMBER = re.compile(r"(?P<name>.*)(?P<number>\(\d+\))", re.DOTALL)
_EDIT = re.compile(r"img_[eo](?P<number>\d+)")


class Neighbours:
    """Knows photographs by their paths, and finds the companions of each in the same folder."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def add(self, path: str) -> None:
        """Take note of a photograph."""
        for one in _names_of(path):
            self._known[one] = self._known.get(one, 0) + 1

    def drop(self, path: str) -> None:
        """Forget a photograph that was added."""
        for one in _names_of(path):
            self._known[one] -= 1
            if not self._known[one]:
                del self._known[one]

    def own(self, path: str) -> bool:
        """Whether a file is a companion of one of the photographs."""
        return any(one in self._known for one in _owners(path))


def _names_of(photograph: str) -> set[str]:
    """What the names of a photograph's companions can begin with."""
    folder, slash, name = photograph.lower().rpartition("/")
    stem, suffix = splitext(name)  # noqa: PTH122 - many
    plain, number = _split_number(stem)
    names = {name, stem, f"{plain}{suffix}"[:_CUT] + number}
    return {f"{folder}{slash}{one}" for one in names}


def _owners(companion: str) -> set[str]:
    """Of which one must be in `_names_of` a photograph for a file to be its companion."""
    folder, slash, name = companion.lower().rpartition("/")
    base, suffix = splitext(name)  # noqa: PTH122
    if suffix not in SUFFIXES or name.endswith(PRIOR_SUFFIX):
        return set()
    owners = {base}
    stem, inner = splitext(base)  # noqa: PTH122
    if inner in _RAW | _LIVE:  # IMG.CR2.xmp
        owners.add(stem)
    if suffix == ".json":
        plain, number = _split_number(base)
        photograph, dot, details = plain.rpartition(".")
        if dot and _DETAILS.startswith(dot + details):
            owners.add(photograph + number)
    if edit := _EDIT.fullmatch(base):  # of IMG_1234, made on the telephone
        owners.add(f"img_{edit['number']}")
    return {f"{folder}{slash}{one}" for one in owners}


def _split_number(text: str) -> tuple[str, str]:
    found = _NUMBER.fullmatch(text)
    return (found["name"], found["number"]) if found else (text, "")
