"""Aligns a Qwen restorer: an adapter within its transformer learns."""

from collections.abc import Sequence
from typing import Any, Literal, cast

import torch

from rr_tasks.alignment.rollouts import prepare
from rr_tasks.restorer.protocol import Restorer
from rr_tasks.restorer.qwen.adapter import add_adapter, learn_adapter, save_adapter
from rr_tasks.restorer.qwen.load import digest_choice
from rr_tasks.restorer.qwen.model import LORA_FILE, load_backbone
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.training.encoded import EncodedBatch
from rr_tasks.training.flow import FlowBatch
from rr_tasks.training.matching import matching_loss
from rr_tasks.training.objective import Losses
from rr_tasks.weights.snapshot import fetch_snapshot
from schemas.alignment import AlignmentRecord
from schemas.restorer import QwenRestorerChoice


class QwenStart:
    """See `rr_tasks.alignment.start.Start`.

    Walks take the steps and the guidance of the choice; a few steps without guidance are usual. All
    parts stay on the device whatever its `offload` is: hooks that move weights put others in the
    place of those that learn.

    Args:
        choice: the restorer; its adapter, if it has one, learns further.
        rank: of a new adapter.
        seed: of its first weights.
        device: where it learns.
    """

    network: Literal["qwen-adapter"] = "qwen-adapter"
    file = LORA_FILE

    def __init__(
        self, choice: QwenRestorerChoice, *, rank: int, seed: int, device: torch.device
    ) -> None:
        self._choice = choice.model_copy(update={"offload": "none"})
        self._rank, self._seed, self._device = rank, seed, device
        self._model = fetch_snapshot(choice.model, choice.revision)
        self.digest = digest_choice(choice, self._model, device)

    def load(self) -> QwenRestorer:
        """See `Start.load`."""
        choice = self._choice
        backbone = load_backbone(self._model, choice, self._device)
        if choice.adapter is None:
            add_adapter(backbone.transformer, backbone.adapted, rank=self._rank, seed=self._seed)
        else:
            learn_adapter(backbone.transformer)
        backbone.transformer.enable_gradient_checkpointing()  # type: ignore[operator]
        return QwenRestorer(
            backbone,
            self._device,
            steps=choice.steps,
            guidance=choice.guidance,
            seed=choice.seed,
            tile_side=choice.tile_side,
        )

    def times(self, restorer: Restorer[Any], side: int) -> Sequence[float]:
        """Return those of the model's schedule."""
        backbone = cast(QwenRestorer, restorer).backbone
        tokens = (side // backbone.latents.stride) ** 2
        return backbone.schedule.times(tokens, self._choice.steps)

    def supervise(
        self, restorer: Restorer[Any], photographs: FlowBatch, generator: torch.Generator
    ) -> Losses:
        """See `rr_tasks.training.matching.matching_loss`."""
        with torch.no_grad():
            x0 = restorer.encode(photographs.clean.float() / 255)
            encoded = EncodedBatch(x0, prepare(restorer, photographs))
        return matching_loss(cast(QwenRestorer, restorer), encoded, generator)

    def save(self, restorer: Restorer[Any], record: AlignmentRecord, folder: str) -> None:
        """Write a LoRA that diffusers loads."""
        save_adapter(restorer.trainable(), folder, record.model_dump_json())
