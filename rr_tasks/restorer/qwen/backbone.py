"""What a Qwen image model provides; the restorer is written once for all of them."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from PIL import Image
from torch import nn
from transformers import PreTrainedTokenizerBase

from rr_tasks.restorer.qwen.latents import Grid, Latents
from rr_tasks.restorer.qwen.schedule import Schedule


class Prompt(NamedTuple):
    """An instruction and the picture that it is about, as the transformer reads them.

    Attributes:
        states: (B, L, D), from the text encoder.
        mask: (B, L), true where there is a token; samples of one length have true ones only.
        slots: (B, L), true where a token of the text encoder stands for a part of the picture.
    """

    states: torch.Tensor
    mask: torch.Tensor
    slots: torch.Tensor

    def to(self, device: torch.device) -> "Prompt":
        """Return the same prompt on a device."""
        return Prompt(*(part.to(device) for part in self))


class Backbone(Protocol):
    """A Qwen image model that edits."""

    @property
    def transformer(self) -> nn.Module:
        """The network that predicts velocities."""

    @property
    def adapted(self) -> str:
        """Regular expression of the names of the linear layers that an adapter changes."""

    @property
    def multiple(self) -> int:
        """Heights and widths of images are multiples of this."""

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """Counts the tokens of instructions."""

    @property
    def latents(self) -> Latents:
        """Turns images into tokens and back."""

    @property
    def schedule(self) -> Schedule:
        """The times of its walks."""

    def read(self, images: torch.Tensor, texts: Sequence[str]) -> Prompt:
        """Encode an instruction about each of the images, (B, 3, H, W) in 0-1."""

    def guide(self, wanted: torch.Tensor, other: torch.Tensor, scale: float) -> torch.Tensor:
        """Lead a velocity (B, N, C) away from another one, as the model is used with guidance."""

    def put_encoder_away(self) -> None:
        """Move the text encoder out of the device's memory, when all prompts are read."""

    def velocity(
        self, x: torch.Tensor, t: torch.Tensor, picture: torch.Tensor, prompt: Prompt, grid: Grid
    ) -> torch.Tensor:
        """Predict the velocity at tokens x (B, N, C) and times t (B,), in float32.

        Args:
            x: tokens of the photograph to be.
            t: in 0-1.
            picture: tokens (B, N, C) of the degraded photograph, on the same grid: positions are
                counted from the middle, so another grid would map one onto the other wrongly.
            prompt: what to do.
            grid: rows and columns of the tokens.
        """


def to_picture(image: torch.Tensor) -> Image.Image:
    """Turn (3, H, W) in 0-1 into a picture of 8 bits."""
    codes = (image.float() * 255).round().clamp(0, 255).permute(1, 2, 0).cpu().numpy()
    return Image.fromarray(codes.astype(np.uint8))


def cut_prompts(
    states: torch.Tensor, slots: torch.Tensor, mask: torch.Tensor, dropped: int
) -> Prompt:
    """Leave out padding and the system's message, and pad behind to the longest.

    Args:
        states: (B, L, D).
        slots: (B, L), true at tokens of pictures.
        mask: (B, L), true where there is a token.
        dropped: tokens of the system's message.
    """
    rows = range(len(mask))
    kept = [states[row][mask[row]][dropped:] for row in rows]
    return stack_prompts(kept, [slots[row][mask[row]][dropped:] for row in rows])


def stack_prompts(states: Sequence[torch.Tensor], slots: Sequence[torch.Tensor]) -> Prompt:
    """Stack prompts of any lengths, (L, D) and (L,), padded behind to the longest."""
    there = [torch.ones_like(slot, dtype=torch.bool) for slot in slots]
    padded = [torch.nn.utils.rnn.pad_sequence(list(part), True) for part in (states, there, slots)]
    return Prompt(*padded)
