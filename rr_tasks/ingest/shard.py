"""Makes shards from existing pairs: the plan, and each of its shards."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import cv2
import numpy as np

from rr_tasks.degrade.color import Bytes
from rr_tasks.ingest.layouts import ALONE, LAYOUTS, Layout, folder_pairs
from rr_tasks.ingest.pairs import Pair, find_pairs, urls_of
from rr_tasks.ingest.truth import estimate_truth
from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.listing import (
    Photographs,
    list_photographs,
    photographs_of,
    read_listing,
)
from rr_tasks.photographs.pixels import shrink_to
from rr_tasks.photographs.reading import DECODER_VERSION, LARGEST_FILE, read_photograph
from rr_tasks.photographs.selection import Selection
from rr_tasks.shards.png import encode_png
from rr_tasks.shards.writer import Outcome, sample_key, write_shard
from rr_tasks.storage.identity import identity
from rr_tasks.storage.names import to_text
from schemas.errors import ExpectedError
from schemas.prior.current import DegradationName
from schemas.shard import (
    DoneMarker,
    IngestSpec,
    LayoutName,
    SampleRow,
    spec_hash,
)

_LEAST_SIDE = 32
_MOST_PIXELS = 2 << 20


class UnclearLayoutError(ExpectedError, ValueError):
    """The folders of the pairs are missing, or are given although the layout determines them."""


def plan_ingest(
    folder: str,
    layout: LayoutName,
    shard_size: int,
    *,
    clean: str | None = None,
    degraded: str | None = None,
    present: Sequence[DegradationName] = (),
    output: str | None = None,
    selection: Selection | None = None,
) -> tuple[IngestSpec, Photographs]:
    """Determine what will be made from a folder of pairs; new files are read to hash them.

    Args:
        folder: URL of the data set.
        layout: how it is arranged.
        shard_size: inputs per shard.
        clean: folder of the clean photographs, below `folder`; for the layout `pairs`.
        degraded: folder of the degraded ones, likewise.
        present: what degrades them, likewise.
        output: where hashes are kept, see `rr_tasks.storage.identity.identity`.
        selection: photographs to pass over; by default what is hidden or belongs to systems.

    Returns:
        The spec, and the photographs that affect the pairs.

    Raises:
        UnclearLayoutError: `clean`, `degraded` or `present` is missing for `pairs`, or given for
            another layout.
        MissingFolderError, NoPairsError: there are no pairs.
    """
    lying = _layout(layout, clean, degraded, present)
    found = list_photographs(folder, selection)
    pairs = find_pairs(found, lying)
    photographs = photographs_of(folder, urls_of(pairs), found.unreadable)
    spec = IngestSpec(
        layout=layout,
        clean=clean,
        degraded=degraded,
        present=lying.present if layout == "pairs" else None,
        samples=len(pairs),
        shard_size=shard_size,
        inputs_sha256=identity(folder, photographs, output, LARGEST_FILE),
        decoder=DECODER_VERSION,
    )
    return spec, photographs


def ingest_shard(folder: str, spec: IngestSpec, source: str, shard: int) -> DoneMarker:
    """Make one shard, or return its marker if it is finished.

    Args:
        folder: URL of the data set, as `rr_tasks.shards.spec.open_dataset` returns it.
        spec: what to make.
        source: URL of the folder of pairs.
        shard: number of the shard.

    Raises:
        DamagedListingError: the data set's listing of photographs is missing or damaged.
        HeldError, OSError: see `rr_tasks.shards.writer.write_shard`.
    """
    cv2.setNumThreads(1)  # shards are the unit of parallel work
    outcomes = _outcomes(folder, spec, source, shard)
    return write_shard(folder, shard, spec_hash(spec), spec.schema_version, outcomes)


def _layout(
    name: LayoutName,
    clean: str | None,
    degraded: str | None,
    present: Sequence[DegradationName],
) -> Layout:
    if name == "pairs":
        if clean is None or degraded is None or not present:
            raise UnclearLayoutError(
                "the layout pairs needs to know the folders of the clean and of the degraded "
                "photographs (--clean, --degraded) and what degrades them (--present)"
            )
        return folder_pairs(clean, degraded, present)
    if clean is not None or degraded is not None or present:
        raise UnclearLayoutError(
            f"the layout {name} says itself where its pairs lie and what degrades them; give "
            "--clean, --degraded and --present with the layout pairs only"
        )
    return ALONE if name == "photographs" else LAYOUTS[name]


@lru_cache(maxsize=2)
def _pairs(folder: str, spec: IngestSpec, source: str) -> list[Pair]:
    layout = _layout(spec.layout, spec.clean, spec.degraded, spec.present or ())
    return find_pairs(read_listing(folder, source), layout)


def _outcomes(folder: str, spec: IngestSpec, source: str, shard: int) -> Iterator[Outcome]:
    first = shard * spec.shard_size
    pairs = _pairs(folder, spec, source)[first : first + spec.shard_size]
    for index, pair in enumerate(pairs):
        key = sample_key(shard, index)
        try:
            yield _take_alone(pair, key) if spec.layout == "photographs" else _take(spec, pair, key)
        except UnusablePhotographError as error:
            row = SampleRow(key=key, source=to_text(pair.source), status="failed", error=str(error))
            yield row, None


def _take_alone(pair: Pair, key: str) -> Outcome:
    """Take a photograph whose truth nobody knows, shrunken to what is learned from.

    Raises:
        UnusablePhotographError: it is damaged or too small.
    """
    image = shrink_to(read_photograph(pair.degraded or ""), _MOST_PIXELS)
    height, width = image.shape[:2]
    _refuse_small(height, width)
    row = SampleRow(key=key, source=to_text(pair.source), status="ok", width=width, height=height)
    return row, {"degraded.png": encode_png(image)}


def _take(spec: IngestSpec, pair: Pair, key: str) -> Outcome:
    """Take a pair and estimate its truth.

    Raises:
        UnusablePhotographError: one is missing or damaged, or they are not a pair.
    """
    border = 0 if spec.layout == "pairs" else LAYOUTS[spec.layout].border
    clean, degraded = _read(pair, border)
    author = f"measured on a pair of {spec.layout}, algorithm {spec.algorithm}"
    truth = estimate_truth(clean, degraded, pair.present, pair.light, author)
    row = SampleRow.of(key, to_text(pair.source), truth)
    sample: dict[str, bytes | str] = {
        "clean.png": encode_png(clean),
        "degraded.png": encode_png(degraded),
        "prior.json": truth.model_dump_json(),
    }
    return row, sample


def _read(pair: Pair, border: int) -> tuple[Bytes, Bytes]:
    """Read both photographs at the same size.

    Raises:
        UnusablePhotographError: one is missing or damaged, or they are not a pair.
    """
    if pair.problem is not None or pair.clean is None or pair.degraded is None:
        raise UnusablePhotographError(pair.problem)
    clean, degraded = _decode("clean", pair.clean), _decode("degraded", pair.degraded)
    height, width = degraded.shape[:2]
    if border and clean.shape[:2] == (height + 2 * border, width + 2 * border):
        clean = np.ascontiguousarray(clean[border:-border, border:-border])
    if clean.shape != degraded.shape:
        raise UnusablePhotographError(
            f"clean and degraded differ in size: {clean.shape[1]} x {clean.shape[0]} and "
            f"{width} x {height} pixels"
        )
    _refuse_small(height, width)
    if np.array_equal(clean, degraded):
        raise UnusablePhotographError("clean and degraded are the same, so nothing is degraded")
    return clean, degraded


def _refuse_small(height: int, width: int) -> None:
    if min(height, width) < _LEAST_SIDE:
        raise UnusablePhotographError(f"too small to learn from: {width} x {height} pixels")


def _decode(which: str, url: str) -> Bytes:
    try:
        return read_photograph(url)
    except UnusablePhotographError as error:
        raise UnusablePhotographError(f"{which}: {error}") from error
