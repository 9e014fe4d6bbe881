"""The training data of Qwen restorers, encoded once: latents and prompts in shards of their own.

Autoencoder and text encoder never learn, and are slow: what they make of each crop is kept, keyed
by all that decides it, and while the adapter learns they are not needed.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import load as unpack_tensors
from safetensors.torch import save as pack_tensors

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.restorer.qwen.backbone import Prompt, stack_prompts
from rr_tasks.restorer.qwen.instruction import instruct
from rr_tasks.restorer.qwen.latents import Grid
from rr_tasks.restorer.qwen.restorer import QwenCondition, QwenRestorer
from rr_tasks.shards.outcomes import Decoders, Lost, read_good_rows
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Sample, ShardStream
from rr_tasks.shards.writer import Outcome, write_shard
from rr_tasks.training.crops import cut_square, draw_kind
from rr_tasks.training.epochs import deal_epochs
from rr_tasks.training.rounds import RoundLoader
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.prior.mirror import mirror
from schemas.shard import DoneMarker, SampleRow, spec_hash
from schemas.training import EncodingSpec

ALGORITHM = 3
"""Counts changes of this module that alter encoded shards."""

_FILE = "latents.safetensors"
_SAMPLE: Decoders = {"clean.png": decode_png, "degraded.png": decode_png, "prior.json": load_prior}
_SAMPLES_PER_ROUND = 64


class Source(NamedTuple):
    """URLs of a data set and of its annotations."""

    shards: str
    annotations: str


class Encoded(NamedTuple):
    """A crop: tokens (N, C) of the clean and the degraded one, and a prompt of a batch of one."""

    clean: torch.Tensor
    degraded: torch.Tensor
    prompt: Prompt


class EncodedBatch(NamedTuple):
    """Clean points x0 (B, N, C) and what the restorer is told."""

    x0: torch.Tensor
    condition: QwenCondition


def encode_shard(
    restorer: QwenRestorer, source: Source, folder: str, spec: EncodingSpec, shard: int
) -> DoneMarker:
    """Encode a crop of each sample of a shard, or return the marker if that is done.

    Half of the crops are mirrored: a photograph of several samples is learned both ways.

    Args:
        restorer: encodes.
        source: what to encode.
        folder: URL of the encoded shards.
        spec: all that decides them.
        shard: number of the shard.

    Raises:
        HeldError: another process is encoding it.
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
    """
    outcomes = _encode(restorer, source, spec, shard)
    return write_shard(folder, shard, spec_hash(spec), spec.schema_version, outcomes)


def load_encoded(
    folder: str, markers: Sequence[DoneMarker], grid: Grid, *, batch_size: int, seed: int
) -> RoundLoader[Sample, Encoded, EncodedBatch]:
    """Load batches of encoded crops, with priors of the kinds that `rr_tasks.training.crops` draws.

    Args:
        folder: of the encoded shards.
        markers: of these.
        grid: of the tokens of a crop.
        batch_size: crops per batch.
        seed: decides their order and the kinds of priors.
    """
    return RoundLoader(
        deal_epochs(markers, samples_per_round=_SAMPLES_PER_ROUND, seed=seed),
        ShardStream(folder, markers, _FILE).read,
        _load_sample,
        partial(collate, grid=grid),
        examples_per_sample=1,
        batch_size=batch_size,
    )


def collate(crops: Sequence[Encoded], grid: Grid) -> EncodedBatch:
    """Make a batch of crops of one grid."""
    prompts = [crop.prompt for crop in crops]
    prompt = stack_prompts([one.states[0] for one in prompts], [one.slots[0] for one in prompts])
    clean = torch.stack([crop.clean for crop in crops]).float()
    degraded = torch.stack([crop.degraded for crop in crops]).float()
    return EncodedBatch(clean, QwenCondition(degraded, prompt, grid))


def encode_crop(
    restorer: QwenRestorer,
    clean: torch.Tensor,
    degraded: torch.Tensor,
    priors: Mapping[str, DiagnosticPrior | None],
) -> dict[str, torch.Tensor]:
    """Encode a clean and a degraded crop, (3, H, W) in 0-1, with a prompt for each prior."""
    texts = [instruct(prior, restorer.backbone.tokenizer) for prior in priors.values()]
    with torch.inference_mode():
        tokens = restorer.encode(torch.stack([clean, degraded]))
        prompts = [restorer.read(degraded[None], [text]) for text in texts]
    found = {"clean": tokens[0].half(), "degraded": tokens[1].half()}
    for kind, prompt in zip(priors, prompts, strict=True):
        found |= {f"{kind}.states": prompt.states[0], f"{kind}.slots": prompt.slots[0]}
    return {name: value.cpu().contiguous() for name, value in found.items()}


def _encode(
    restorer: QwenRestorer, source: Source, spec: EncodingSpec, shard: int
) -> Iterator[Outcome]:
    predicted = {
        row.key: found["prior.json"]
        for row, found in read_good_rows(source.annotations, shard, {"prior.json": load_prior})
        if not isinstance(found, Lost)
    }
    for row, found in read_good_rows(source.shards, shard, _SAMPLE):
        if isinstance(found, Lost):
            yield found.fail(row), None
            continue
        truth: DiagnosticPrior = found["prior.json"]
        priors: dict[str, DiagnosticPrior | None] = {"withheld": None}
        if row.key in predicted:
            priors["predicted"] = predicted[row.key]
        rng = np.random.default_rng((spec.seed, shard, int(row.key)))
        images = cut_square((found["clean.png"], found["degraded.png"]), spec.crop_side, rng)
        if rng.random() < 0.5:
            images = [image[:, ::-1] for image in images]
            priors = {kind: prior and mirror(prior) for kind, prior in priors.items()}
        clean, degraded = map(_to_tensor, images)
        tensors = encode_crop(restorer, clean, degraded, priors)
        yield SampleRow.of(row.key, row.source, truth), {_FILE: pack_tensors(tensors)}


def _load_sample(sample: Sample, rng: np.random.Generator) -> list[Encoded]:
    tensors = unpack_tensors(sample[_FILE])
    kind = draw_kind(rng)
    if f"{kind}.states" not in tensors:  # a failed diagnosis counts as withheld
        kind = "withheld"
    states, slots = tensors[f"{kind}.states"][None], tensors[f"{kind}.slots"][None]
    prompt = Prompt(states, torch.ones_like(slots), slots)
    return [Encoded(tensors["clean"], tensors["degraded"], prompt)]


def _to_tensor(image: Bytes) -> torch.Tensor:
    """Turn (H, W, 3) bytes into (3, H, W) in 0-1."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))) / 255
