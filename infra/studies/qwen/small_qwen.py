"""A small Qwen3-VL that has learned nothing yet: its size, and the weights that it begins with."""

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from transformers import AutoModelForImageTextToText

from rr_tasks.toys.reasoner import ToyShape, build_toy_reasoner

SIDE = 192
SHAPE = ToyShape(
    side=SIDE,
    width=192,
    layers=3,
    vision_width=128,
    vision_layers=2,
    vocabulary=1536,
)

_FREQUENCIES = (0, 1, 2, 3, 5, 7, 9, 11, 13, 15)
_COLOUR_WAVES = [(u, v) for u in (0, 1, 9, 15) for v in (0, 1, 9, 15)][:14]
_COLOURS = {  # of linear combinations of red, green and blue, and the frequencies to look at
    (1.0, 1.0, 1.0): [(u, v) for u in _FREQUENCIES for v in _FREQUENCIES],
    (1.0, -1.0, 0.0): _COLOUR_WAVES,
    (-0.5, -0.5, 1.0): _COLOUR_WAVES,
}


def build_start(folder: Path) -> Path:
    """Write the model that learning starts from.

    The usual weights of 0.02 suit wide layers; in narrow ones they leave next to nothing of what
    goes through them.
    """
    if folder.exists():
        return folder
    part = folder.with_suffix(".part")
    build_toy_reasoner(part, SHAPE)
    model = AutoModelForImageTextToText.from_pretrained(part)
    visual = model.model.visual
    torch.manual_seed(0)
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, nn.Linear):
                layer.weight.normal_(0, layer.in_features**-0.5)
        for merger in visual.deepstack_merger_list:  # silent, since only the last layer is taught
            merger.linear_fc2.weight.zero_()
        filters = torch.from_numpy(draw_cosines(SHAPE.patch))
        # Both frames of a still are the same.
        visual.patch_embed.proj.weight.copy_(filters[:, :, None] / 2)
    model.save_pretrained(part)
    return part.rename(folder)


def draw_cosines(side: int) -> npt.NDArray[np.float32]:
    """Draw filters (128, 3, side, side): products of cosines in light and in two colours.

    Fine ones are as much stronger as fine detail is weaker in photographs.
    """
    places = (np.arange(side) + 0.5) / side
    filters = []
    for colour, waves in _COLOURS.items():
        for u, v in waves:
            wave = np.outer(np.cos(math.pi * u * places), np.cos(math.pi * v * places))
            whole = np.array(colour)[:, None, None] * wave
            gain = (1 + math.hypot(u, v)) ** 1.2 / 6
            filters.append(gain * whole / np.linalg.norm(whole))
    return np.stack(filters).astype(np.float32)
