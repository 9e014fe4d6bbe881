"""Removes what `rr restore` made from an output folder, and nothing else."""

import shutil
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress

from rr_tasks.archive import layout
from rr_tasks.archive.companions import recorded_companions
from rr_tasks.archive.ledger import all_rows
from rr_tasks.archive.plan import chunk_ids, read_chunk
from rr_tasks.archive.resume import hash_file
from rr_tasks.archive.status import read_source
from rr_tasks.photographs.formats.conversion import CONVERTED_SUFFIXES
from rr_tasks.priors import without_maps
from rr_tasks.storage.below import EscapingNameError
from rr_tasks.storage.claim import claim
from rr_tasks.storage.failure import READING_STOPS, StorageError
from rr_tasks.storage.files import list_paths
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.held import HeldError
from rr_tasks.storage.leftovers import living_claims, remove_dead_claims
from rr_tasks.storage.local_folder import LocalFolder
from rr_tasks.storage.names import to_text
from rr_tasks.storage.threads import map_in_threads
from schemas.archive import LedgerRow, PlanItem
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.status import UndoSummary


def undo(url: str) -> UndoSummary:
    """Remove restored photographs, copies, diagnoses, companions, the report and the ledgers.

    Only what runs have recorded is removed, and only if it has not changed since, judging by its
    content; companions only if they equal their originals. The others are named, and so are outputs
    of a killed run that have no row yet. Originals are never touched. The ledgers are removed last,
    so call this again after a kill.

    Args:
        url: the output folder.

    Raises:
        HeldError: a run is at work on the folder.
        FolderError: `rr restore` did not make the folder.
        DamagedPlanError, DamagedLedgerError: the plan or a ledger cannot be read.
        StorageError: storage refuses.
    """
    output = open_folder(url)
    source = read_source(output)
    with suppress(StorageError):
        remove_dead_claims(output.at(layout.CLAIMS))
    for held in living_claims(output.at(layout.CLAIMS)):
        raise HeldError(held)
    with ExitStack() as claims:
        for work in (layout.PLANNING, layout.COPYING, layout.REPORTING):
            claims.enter_context(claim(output.at(work)))
        removed = _Removal(output)
        for chunk in chunk_ids(output):
            removed.take(_outputs(read_chunk(output, chunk), all_rows(output, chunk)))
        removed.take_companions(open_folder(source), recorded_companions(output))
        _remove_emptied(output, removed.folders)
        _remove_records(output)
    if isinstance(output, LocalFolder):  # with what killed writers left unfinished
        shutil.rmtree(output.at(layout.OWN), ignore_errors=True)
    return removed.summary()


class _Removal:
    """Removes outputs that are as they were written, and counts them."""

    def __init__(self, output: Folder) -> None:
        self._output = output
        self._removed = Counter[str]()
        self._changed = set[str]()
        self.folders: set[str] = set()
        """Where there were outputs."""

    def take(self, rows: dict[str, "_Made"]) -> None:
        """Remove the outputs and the diagnoses of some photographs."""
        self.folders.update(map(_folder_of, rows))
        there = list(self._output.statuses(rows))
        intact = map_in_threads(lambda path: self._is_intact(path, rows[path]), there)
        for path, unchanged in zip(there, intact, strict=True):
            self._finish(path, rows[path].kind, unchanged)

    def take_companions(self, source: Folder, paths: Iterable[str]) -> None:
        """Remove copies that equal their originals, without which they could not be made again."""
        for path in dict.fromkeys(paths):
            self.folders.add(_folder_of(path))
            if self._output.status(path) is not None:
                self._finish(path, "companions", self._equals(source, path))

    def summary(self) -> UndoSummary:
        """Return what was done."""
        return UndoSummary(
            output=to_text(self._output.url),
            photographs=self._removed["photographs"],
            diagnoses=self._removed["diagnoses"],
            companions=self._removed["companions"],
            changed=tuple(sorted(map(to_text, self._changed))),
        )

    def _is_intact(self, path: str, made: "_Made") -> bool:
        try:
            if made.kind == "diagnoses":
                return made.is_diagnosis(self._output.read(path))
            return hash_file(self._output, path) in made.hashes
        except READING_STOPS:
            raise
        except StorageError:  # it cannot be read, so nothing is known about it
            return False

    def _equals(self, source: Folder, path: str) -> bool:
        try:
            return hash_file(self._output, path) == hash_file(source, path)
        except StorageError:
            return False

    def _finish(self, path: str, kind: str, unchanged: bool) -> None:
        if not unchanged:
            self._changed.add(path)
            return
        try:
            self._output.remove(path)
        except EscapingNameError:  # no run of ours wrote this row
            self._changed.add(path)
            return
        self._changed.discard(path)  # of an original that was planned again since it changed
        self._removed[kind] += 1


class _Made:
    """What a file held when it was written: any of some contents, by hash, or of some diagnoses."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.hashes = set[str]()
        self.priors = set[DiagnosticPrior]()
        self.any_prior = False
        """Whether its content is not recorded, as in ledgers of earlier releases."""

    def is_diagnosis(self, content: bytes) -> bool:
        """Whether the file still holds one of the diagnoses, whose maps no row records."""
        try:
            prior = load_prior(content)
        except (ValueError, KeyError):
            return False
        return self.any_prior or without_maps(prior) in self.priors


def _outputs(items: Iterable[PlanItem], rows: Iterable[LedgerRow]) -> dict[str, _Made]:
    """Return what is known about the files of a chunk, by their paths.

    Of a photograph without a row, nothing is known but its names: the run that wrote it was killed.
    """
    made: dict[str, _Made] = {}
    seen = set[str]()
    for row in rows:
        seen.add(row.path)
        if row.output_hash is not None:
            path = layout.output(row)
            made.setdefault(path, _Made("photographs")).hashes.add(row.output_hash)
        beside = made.setdefault(layout.prior(row.path), _Made("diagnoses"))
        if row.prior is not None:
            beside.priors.add(row.prior)
        else:
            beside.any_prior = True
    for path in {item.path for item in items} - seen:
        for suffix in ("", *CONVERTED_SUFFIXES):
            made.setdefault(layout.restored(path + suffix), _Made("photographs"))
        made.setdefault(layout.prior(path), _Made("diagnoses")).any_prior = True
    return made


def _remove_records(output: Folder) -> None:
    """Remove the files in our own folder; the ledgers, then the name of the input come last."""
    paths = sorted(f"{layout.OWN}/{path}" for path in list_paths(output.at(layout.OWN)))
    ledgers = [path for path in paths if path.startswith(f"{layout.LEDGER}/")]
    others = [path for path in paths if path not in {*ledgers, layout.SOURCE}]
    for some in (others, ledgers, [layout.SOURCE]):
        deque(map_in_threads(output.remove, some), maxlen=0)


def _remove_emptied(output: Folder, folders: Iterable[str]) -> None:
    """Remove folders on a disk that are empty now, but not the output itself."""
    if not isinstance(output, LocalFolder):
        return
    emptied = {parent for folder in folders for parent in _with_parents(folder)}
    for folder in sorted(emptied, key=len, reverse=True):
        output.remove_empty(folder)


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _with_parents(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = _folder_of(folder)
