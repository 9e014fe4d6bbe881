"""Photographs as tokens: the autoencoder's latents, normalized, in patches."""

from typing import NamedTuple

import torch
from diffusers import AutoencoderKLQwenImage, AutoencoderKLQwenImage21
from torch.nn.functional import pad, pixel_shuffle, pixel_unshuffle


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
        autoencoder: in evaluation mode; one with four channels sees an opaque image.
        device: where it computes.
        patch: latents along each side of a token.
    """

    def __init__(
        self,
        autoencoder: AutoencoderKLQwenImage | AutoencoderKLQwenImage21,
        device: torch.device,
        patch: int = 2,
    ) -> None:
        self._autoencoder, self._device, self._patch = autoencoder, device, patch
        settings = autoencoder.config
        self.stride: int = patch * 2 ** len(settings.temperal_downsample)
        """Pixels along each side of a token."""
        self.channels: int = patch * patch * settings.z_dim
        """Numbers of a token."""
        self._opacity = settings.get("in_channels", 3) - 3
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
        opaque = pad(2 * images - 1, (0, 0, 0, 0, 0, self._opacity), value=1.0)
        frames = opaque[:, :, None].to(self._device, self._autoencoder.dtype)
        latents = self._autoencoder.encode(frames).latent_dist.mode()[:, :, 0].float()
        return pack((latents - self._mean) / self._deviation, self._patch)

    def decode(self, tokens: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Decode tokens (B, N, C) to images (B, 3, H, W), clamped to 0-1."""
        latents = unpack(tokens.float(), grid, self._patch) * self._deviation + self._mean
        frames: torch.Tensor = self._autoencoder.decode(
            latents[:, :, None].to(self._autoencoder.dtype)
        ).sample
        return ((frames[:, :3, 0].float() + 1) / 2).clamp(0.0, 1.0)


def pack(latents: torch.Tensor, patch: int) -> torch.Tensor:
    """Turn latents (B, C, h * patch, w * patch) into tokens (B, h * w, C * patch**2)."""
    patches: torch.Tensor = pixel_unshuffle(latents, patch)
    return patches.flatten(2).transpose(1, 2)


def unpack(tokens: torch.Tensor, grid: Grid, patch: int) -> torch.Tensor:
    """Turn tokens (B, h * w, C * patch**2) back into latents (B, C, h * patch, w * patch)."""
    patches = tokens.transpose(1, 2).reshape(len(tokens), -1, *grid)
    return pixel_shuffle(patches, patch)
