"""LPIPS, where the weights that it needs are installed: they are never downloaded from here."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import torch
from torchmetrics.functional.image import learned_perceptual_image_patch_similarity

from rr_tasks.photographs.pixels import Bytes

WEIGHTS = "alexnet-owt-7be5be79.pth"
"""The file of torchvision's AlexNet, below `checkpoints/` in the folder `torch.hub.get_dir()`."""


def measure_lpips(image: Bytes, reference: Bytes) -> float | None:
    """Compute the perceptual distance of AlexNet, 0 for the same image (Zhang et al., CVPR 2018).

    Args:
        image: (H, W, 3) sRGB bytes.
        reference: of the same shape.

    Returns:
        The distance; None without torchvision or without its weights.
    """
    if explain_lack() is not None:
        return None
    with torch.inference_mode():
        distance = learned_perceptual_image_patch_similarity(
            _scale(image), _scale(reference), net_type="alex"
        )
    return float(distance)


@cache
def explain_lack() -> str | None:
    """Say what LPIPS lacks, or None if it can be computed."""
    if find_spec("torchvision") is None:
        return "LPIPS needs torchvision: pip install 'reason-and-restore[qwen]'"
    file = Path(torch.hub.get_dir()) / "checkpoints" / WEIGHTS
    if not file.exists():
        return f"LPIPS needs the weights of torchvision's AlexNet at {file}"
    return None


def _scale(image: Bytes) -> torch.Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None].float() / 127.5 - 1
