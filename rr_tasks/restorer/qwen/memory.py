"""How much memory a restorer takes, by how its weights are kept and where they wait.

Weights are counted exactly. What a step needs beside them is estimated from the sizes of tensors;
see docs/QWEN.md for what was measured.
"""

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
    transformer = anatomy.transformer * (1 if keeping.storage == "float8" else wide)
    encoder, autoencoder = anatomy.text_encoder * wide, anatomy.autoencoder * wide
    tokens = 2 * (tile_side // _TOKEN_STRIDE) ** 2 + _TEXT_TOKENS
    work = max(tokens * anatomy.width * _COPIES * wide, tile_side**2 * _DECODER_BYTES)
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
    frozen = anatomy.transformer * (1 if storage == "float8" else wide) + anatomy.autoencoder * wide
    learned = anatomy.adapter * rank * 4 * _OPTIMIZER
    tokens = batch_size * (2 * (crop_side // _TOKEN_STRIDE) ** 2 + _TEXT_TOKENS)
    kept = tokens * anatomy.width * wide * anatomy.blocks
    block = 3 * tokens * anatomy.width * _COPIES * wide
    return frozen + learned + kept + block


def choose_keeping(anatomy: Anatomy, tile_side: int, available: int) -> Keeping | None:
    """Choose the fastest way to restore within so many bytes; None if there is none."""
    fitting = (
        keeping
        for keeping in PREFERENCE
        if restoring_bytes(anatomy, keeping, tile_side) <= available
    )
    return next(fitting, None)
