"""How much memory a restorer takes, by how its weights are kept and where they wait.

Weights are counted exactly. What a step needs beside them is estimated from the sizes of tensors;
see docs/QWEN.md for what was measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from rr_tasks.restorer.qwen.anatomy import Anatomy
from schemas.restorer import OffloadName, StorageName

GIB = 2**30
CARDS = (24, 48, 80)
"""Memory of usual cards, in GiB."""

_WIDE = 2
"""Bytes of a weight in bfloat16 or float16."""

_TOKEN_STRIDE = 16
_TEXT_TOKENS = 2048
"""An instruction, and the picture as the text encoder sees it, at most."""

_COPIES = 16
"""Tensors of the transformer's width that a block holds for each token at its worst: the MLP's four
times wider middle, before and after its activation, queries, keys, values and residuals."""

_DECODER_BYTES = 3_000
"""Bytes of the autoencoder's widest layers, for each pixel."""

_OPTIMIZER = 5
"""An adapter's float32 numbers: weight, gradient, two moments, and average."""

_COMPARED, _FOLLOWING = 2, 3
"""Those that alignment adds: where it started and what its guard keeps; and, if weights follow,
these, their average, and what the guard keeps of them."""


@dataclass(frozen=True)
class Keeping:
    """How a transformer's weights are kept, and what waits in the memory of the CPU."""

    storage: StorageName
    offload: OffloadName


_OFFLOADS: tuple[OffloadName, ...] = ("none", "model", "blocks")
STORAGES: tuple[StorageName, ...] = ("full", "float8")
PREFERENCE = tuple(Keeping(storage, offload) for offload, storage in product(_OFFLOADS, STORAGES))
"""All ways, the fastest first."""


def restoring_bytes(anatomy: Anatomy, keeping: Keeping, tile_side: int, wide: int = _WIDE) -> int:
    """Estimate the most memory that restoring takes on the device.

    Args:
        anatomy: the model.
        keeping: of its weights.
        tile_side: height and width of a tile, in pixels.
        wide: bytes of a weight that is not stored in float8.
    """
    transformer = _transformer_bytes(anatomy, keeping.storage, wide)
    encoder, autoencoder = anatomy.text_encoder * wide, anatomy.autoencoder * wide
    work = max(_tokens(tile_side) * anatomy.width * _COPIES * wide, tile_side**2 * _DECODER_BYTES)
    match keeping.offload:
        case "none":
            return transformer + encoder + autoencoder + work
        case "model":
            return max(transformer, encoder) + autoencoder + work
        case "blocks":
            fetched = max(2 * transformer // anatomy.blocks, anatomy.vocabulary * wide)
            return fetched + autoencoder + work


def training_bytes(
    anatomy: Anatomy,
    storage: StorageName,
    *,
    rank: int,
    crop_side: int,
    batch_size: int,
    wide: int = _WIDE,
) -> int:
    """Estimate the most memory that training an adapter takes on the device.

    The text encoder waits elsewhere. Between blocks only their inputs are kept.
    """
    frozen = _transformer_bytes(anatomy, storage, wide) + anatomy.autoencoder * wide
    learned = anatomy.adapter * rank * 4 * _OPTIMIZER
    return frozen + learned + _learning_bytes(anatomy, [batch_size], crop_side, wide)


def aligning_bytes(
    anatomy: Anatomy,
    storage: StorageName,
    *,
    rank: int,
    follows: bool,
    passes: Sequence[int],
    crop_side: int,
    tile_side: int,
    wide: int = _WIDE,
) -> int:
    """Estimate the most memory that aligning an adapter takes on the device, without the judge.

    All parts stay there, because new photographs are read, restored and shown all the time.

    Args:
        anatomy: the model.
        storage: of the transformer's weights.
        rank: of the adapter.
        follows: whether other weights of the adapter follow those that learn.
        passes: crops of each pass through the transformer that a batch learns from.
        crop_side: height and width of a crop, in pixels.
        tile_side: of a tile, when whole photographs are restored to guard fidelity.
        wide: bytes of a weight that is not stored in float8.
    """
    restoring = restoring_bytes(anatomy, Keeping(storage, "none"), tile_side, wide)
    parts = (anatomy.text_encoder + anatomy.autoencoder) * wide
    frozen = _transformer_bytes(anatomy, storage, wide) + parts
    numbers = _OPTIMIZER + _COMPARED + (_FOLLOWING if follows else 0)
    learned = anatomy.adapter * rank * 4 * numbers
    return learned + max(restoring, frozen + _learning_bytes(anatomy, passes, crop_side, wide))


def choose_keeping(anatomy: Anatomy, tile_side: int, available: int) -> Keeping | None:
    """Choose the fastest way to restore within so many bytes; None if there is none."""
    fitting = (
        keeping
        for keeping in PREFERENCE
        if restoring_bytes(anatomy, keeping, tile_side) <= available
    )
    return next(fitting, None)


def _transformer_bytes(anatomy: Anatomy, storage: StorageName, wide: int) -> int:
    return anatomy.transformer * (1 if storage == "float8" else wide)


def _learning_bytes(anatomy: Anatomy, passes: Sequence[int], crop_side: int, wide: int) -> int:
    """Estimate what passes of so many crops hold: of blocks their inputs, and all of one block."""
    numbers = _tokens(crop_side) * anatomy.width
    return numbers * wide * (sum(passes) * anatomy.blocks + max(passes) * 3 * _COPIES)


def _tokens(side: int) -> int:
    """Count the tokens of two squares of `side` pixels and of the text."""
    return 2 * (side // _TOKEN_STRIDE) ** 2 + _TEXT_TOKENS
