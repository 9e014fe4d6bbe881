"""Scene depth by a monocular depth model of transformers, such as Depth Anything or DPT.

Models trained on depth of any scale predict its inverse, up to scale and shift (Ranftl et al.,
"Towards robust monocular depth estimation", 2020); metric ones predict the distance.
"""

from functools import lru_cache
from importlib import import_module
from typing import Any

import cv2
import numpy as np
import torch

from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.depth import Depth
from schemas.errors import ExpectedError
from schemas.recipe import DepthModel

_METRIC = ("glpn", "zoedepth", "depth_pro")
# The nearest point is about eleven times as near as the farthest: inverse depth has no unit, and
# nothing tells how far its 0 is from infinity.
_INVERSE_OF_FARTHEST = 0.1


class MissingDepthModelError(ExpectedError, ValueError):
    """A depth model cannot be loaded."""


def model_depth(image: Bytes, choice: DepthModel) -> Depth:
    """Estimate depth with a model, which is loaded when first used, and kept.

    Args:
        image: (H, W, 3) sRGB bytes.
        choice: name on the Hugging Face Hub, or folder, and revision.

    Returns:
        (H, W) from 0 (near) to 1 (the farthest point); 0 everywhere if the model sees a plane.

    Raises:
        MissingDepthModelError: the model does not exist or does not estimate depth.
    """
    processor, network, metric = _load(choice)
    with torch.inference_mode():
        predicted = network(**processor(images=image, return_tensors="pt")).predicted_depth
    field = predicted.reshape(predicted.shape[-2:]).float().numpy()
    far = field if metric else 1 / (_stretch(field) + _INVERSE_OF_FARTHEST)
    height, width = image.shape[:2]
    return _stretch(cv2.resize(far, (width, height), interpolation=cv2.INTER_LINEAR))


def _stretch(field: Any) -> Depth:
    low, high = float(field.min()), float(field.max())
    return np.asarray((field - low) / max(high - low, 1e-6), dtype=np.float32)


@lru_cache(maxsize=1)
def _load(choice: DepthModel) -> tuple[Any, Any, bool]:
    transformers: Any = import_module("transformers")  # takes a second, and few recipes need it

    try:
        # The same pixels with and without torchvision.
        processor = transformers.AutoImageProcessor.from_pretrained(
            choice.name, revision=choice.revision, trust_remote_code=False, backend="pil"
        )
        network = transformers.AutoModelForDepthEstimation.from_pretrained(
            choice.name, revision=choice.revision, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise MissingDepthModelError(
            f"recipe, depth.model: {choice.name} cannot be loaded as a depth model: {reason}"
        ) from error
    config = network.config
    metric = (
        config.model_type in _METRIC or getattr(config, "depth_estimation_type", "") == "metric"
    )
    return processor, network.eval(), metric
