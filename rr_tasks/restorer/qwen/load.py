"""Loads a Qwen restorer, with a digest of all that decides its pixels."""

import hashlib
import json
from importlib.metadata import version

import torch

from rr_tasks.device import choose_device
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.restorer.qwen.edit import ALGORITHM
from rr_tasks.restorer.qwen.model import adapter_url, load_backbone, resolve_dtype
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.storage.files import read_bytes
from rr_tasks.weights.snapshot import Snapshot, fetch_snapshot
from schemas.restorer import QwenRestorerChoice

LIBRARIES = ("diffusers", "transformers", "peft", "torch")
"""Whose versions change more than the last bits."""


def load_qwen_restorer(choice: QwenRestorerChoice) -> PhotographRestorer:
    """Load a Qwen restorer.

    Raises:
        UnusableWeightsError: see `fetch_snapshot` and `load_backbone`.
    """
    model = fetch_snapshot(choice.model, choice.revision)
    device = choose_device()
    backbone = load_backbone(model, choice, device)
    backbone.transformer.requires_grad_(False).eval()
    restorer = QwenRestorer(
        backbone,
        device,
        steps=choice.steps,
        guidance=choice.guidance,
        seed=choice.seed,
        tile_side=choice.tile_side,
    )
    return PhotographRestorer(restorer, digest_choice(choice, model, device))


def digest_choice(choice: QwenRestorerChoice, model: Snapshot, device: torch.device) -> str:
    """Return the SHA-256, in hex, of all that decides what a restorer makes of a photograph."""
    adapter = choice.adapter and hashlib.sha256(read_bytes(adapter_url(choice.adapter))).hexdigest()
    deciding = {
        **choice.model_dump(mode="json", exclude={"model", "revision", "adapter", "offload"}),
        "dtype": str(resolve_dtype(choice.dtype, device)),
        "weights": model.revision or model.digest,
        "adapter": adapter,
        "algorithm": ALGORITHM,
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
