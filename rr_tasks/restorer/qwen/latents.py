"""Photographs as tokens: the autoencoder's latents, normalized, in patches of 2 x 2."""

from typing import NamedTuple

import torch
from diffusers import AutoencoderKLQwenImage

_PATCH = 2


class Grid(NamedTuple):
    """Rows and columns of tokens."""

    height: int
    width: int

    @property
    def tokens(self) -> int:
        """How many there are."""
        return self.height * self.width


class Latents:
    """Encodes images as tokens, and decodes tokens.

    Args:
        autoencoder: in evaluation mode.
        device: where it computes.
    """

    def __init__(self, autoencoder: AutoencoderKLQwenImage, device: torch.device) -> None:
        self._autoencoder, self._device = autoencoder, device
        settings = autoencoder.config
        self.stride: int = _PATCH * 2 ** len(settings.temperal_downsample)
        """Pixels along each side of a token."""
        self.channels: int = _PATCH * _PATCH * settings.z_dim
        self._mean, self._deviation = (
            torch.tensor(values).reshape(1, -1, 1, 1).to(device)
            for values in (settings.latents_mean, settings.latents_std)
        )

    def grid(self, images: torch.Tensor) -> Grid:
        """Return the grid of tokens of images (..., H, W)."""
        height, width = images.shape[-2:]
        return Grid(height // self.stride, width // self.stride)

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """Encode images (B, 3, H, W) in 0-1 as tokens (B, N, C), the most likely ones.

        H and W are multiples of `stride`.
        """
        frames = (2 * images - 1)[:, :, None].to(self._device, self._autoencoder.dtype)
        latents = self._autoencoder.encode(frames).latent_dist.mode()[:, :, 0].float()
        return pack((latents - self._mean) / self._deviation)

    def decode(self, tokens: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Decode tokens (B, N, C) to images (B, 3, H, W), clamped to 0-1."""
        latents = unpack(tokens.float(), grid) * self._deviation + self._mean
        frames: torch.Tensor = self._autoencoder.decode(
            latents[:, :, None].to(self._autoencoder.dtype)
        ).sample
        return ((frames[:, :, 0].float() + 1) / 2).clamp(0.0, 1.0)


def pack(latents: torch.Tensor) -> torch.Tensor:
    """Turn latents (B, C, 2h, 2w) into tokens (B, h * w, 4 C)."""
    patches: torch.Tensor = torch.nn.functional.pixel_unshuffle(latents, _PATCH)
    return patches.flatten(2).transpose(1, 2)


def unpack(tokens: torch.Tensor, grid: Grid) -> torch.Tensor:
    """Turn tokens (B, h * w, 4 C) back into latents (B, C, 2h, 2w)."""
    patches = tokens.transpose(1, 2).reshape(len(tokens), -1, *grid)
    return torch.nn.functional.pixel_shuffle(patches, _PATCH)
