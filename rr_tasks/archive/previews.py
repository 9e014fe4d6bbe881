"""Small before/after pairs for the report, made while the pixels are in memory.

They are spread over outcomes, types and severities. Which photographs are chosen depends on all of
them and on nothing else: neither on the order in which they are restored nor on how often a run is
killed. For whatever is in a choice among all was also in each choice among fewer.
"""

from collections import defaultdict
from collections.abc import Iterable
from threading import Lock

import cv2

from rr_tasks.archive.layout import PREVIEWS
from rr_tasks.archive.resume import Maker, content_hash
from rr_tasks.photographs.formats.base import to_vips
from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.storage.folder import Folder
from schemas.archive import LedgerRow, Severities, Status
from schemas.prior.finding import grade

WIDTH, HEIGHT = 640, 960
_QUALITY = 82


class Previews:
    """Keeps the previews of up to `limit` photographs in an output folder.

    Those that others displace are left for `Gallery`, as other runs may not know of these.
    """

    def __init__(self, output: Folder, limit: int, maker: Maker) -> None:
        self._output, self._limit = output, limit
        self._maker = content_hash(f"{maker.engine} {maker.settings}".encode())[:8]
        self._lock = Lock()
        known = (_stem_of(name) for name in output.names(PREVIEWS))
        self._chosen = {stem for stem in known if stem.startswith(f"{self._maker}-")}

    def add(
        self,
        path: str,
        status: Status,
        severities: Severities,
        before: Pixels,
        after: Pixels | None = None,
    ) -> str | None:
        """Write the previews of a photograph if it is among those to show so far.

        Args:
            path: the photograph's path below the input folder.
            status: its outcome.
            severities: those of its diagnosis.
            before: (H, W, 3) pixels of the original.
            after: those of the restored photograph, if it was restored.

        Returns:
            The stem of the previews' names, if they were written.

        Raises:
            StorageError: storage refuses, or a file cannot be written.
        """
        key = content_hash(path.encode())
        stem = "-".join((self._maker, *_stratum(status, severities), key))
        with self._lock:
            chosen = choose({*self._chosen, stem}, self._limit)
            if stem not in chosen:
                return None
            self._chosen = set(chosen)
        self._output.write(before_path(stem), _small(before))
        if after is not None:
            self._output.write(after_path(stem), _small(after))
        return stem


def choose(stems: Iterable[str], limit: int) -> list[str]:
    """Choose up to `limit` previews: first one of each stratum, then a second one, and so on."""
    strata: dict[str, list[str]] = defaultdict(list)
    for stem in stems:
        stratum, _, key = stem.rpartition("-")
        strata[stratum].append(key)
    ranked = sorted(
        (rank, key, stratum)
        for stratum, keys in strata.items()
        for rank, key in enumerate(sorted(keys))
    )
    return [f"{stratum}-{key}" for _, key, stratum in ranked[:limit]]


class Gallery:
    """Chooses among the rows of an archive those whose previews are shown; it holds only these."""

    def __init__(self, output: Folder, limit: int) -> None:
        self._output, self._limit = output, limit
        self._there = {f"{PREVIEWS}/{name}" for name in output.names(PREVIEWS)}
        self._rows: dict[str, LedgerRow] = {}

    def add(self, row: LedgerRow) -> None:
        """Consider a row; one without previews is passed over."""
        stem = row.preview
        if stem is None or not self._has_previews(stem, row.status):
            return
        self._rows[stem] = row
        self._rows = {one: self._rows[one] for one in choose(self._rows, self._limit)}

    def rows(self) -> list[LedgerRow]:
        """Return the chosen rows, with all strata mixed."""
        return list(self._rows.values())

    def remove_others(self) -> None:
        """Remove the previews of all other photographs.

        Raises:
            StorageError: storage refuses.
        """
        for name in self._output.names(PREVIEWS):
            if _stem_of(name) not in self._rows:
                self._output.remove(f"{PREVIEWS}/{name}")

    def _has_previews(self, stem: str, status: Status) -> bool:
        needed = {before_path(stem)} | ({after_path(stem)} if status == "restored" else set())
        return needed <= self._there


def before_path(stem: str) -> str:
    """Return the path of the original's preview below the output folder."""
    return f"{PREVIEWS}/{stem}-before.jpg"


def after_path(stem: str) -> str:
    """Return the path of the restored photograph's preview below the output folder."""
    return f"{PREVIEWS}/{stem}-after.jpg"


def _stem_of(name: str) -> str:
    """Return the stem of a preview's name."""
    return name.rpartition("-")[0]


def _stratum(status: Status, severities: Severities) -> tuple[str, ...]:
    """Restored photographs differ by the worst that was found, the others only by outcome."""
    if status != "restored":
        return (status,)
    worst = max(severities, key=severities.__getitem__)
    return status, worst, grade(severities[worst])


def _small(pixels: Pixels) -> bytes:
    height, width = pixels.shape[:2]
    scale = min(1.0, WIDTH / width, HEIGHT / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    image = to_vips(to_8_bits(shrunk))
    encoded: bytes = image.jpegsave_buffer(Q=_QUALITY, keep="none")
    return encoded
