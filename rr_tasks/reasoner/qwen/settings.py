"""What a vision-language model is, from its settings alone: no weights are needed."""

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForImageTextToText, PreTrainedModel
from transformers.utils import logging as transformers_logging

from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.snapshot import Snapshot, fetch_settings

FAMILIES = ("qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen3_5", "qwen3_5_moe")
"""Architectures, by their names in transformers, which read photographs as `show` prepares them."""

GIB = 2**30
WIDTHS = {"bfloat16": 2, "float16": 2, "float32": 4}
"""Bytes of a number of each type."""

transformers_logging.disable_progress_bar()  # of files, beside the progress of the stage
# peft, and we with it, use names that transformers 6 will drop.
warnings.filterwarnings("ignore", "`(is_)?gradient_checkpointing", FutureWarning)

_PUBLISHED = Path(__file__).with_name("published.json")


def list_published() -> dict[str, dict[str, Any]]:
    """List the settings of published models by their names on the Hub."""
    known: dict[str, dict[str, Any]] = json.loads(_PUBLISHED.read_text(encoding="utf-8"))
    return known


def read_settings(name: str, revision: str | None = None) -> dict[str, Any]:
    """Return the settings of a published model, which come with the package, or of any other.

    Raises:
        UnusableWeightsError: there is no such model, or this release cannot use it.
    """
    known = list_published().get(name)
    if known is not None:
        return known
    model = fetch_settings(name, revision)
    check_family(model)
    return model.read_settings("config.json")


def check_family(model: Snapshot) -> None:
    """Make sure, without loading weights, that this release can use a model.

    Raises:
        UnusableWeightsError: it cannot.
    """
    family = model.read_settings("config.json").get("model_type")
    if family not in FAMILIES:
        raise UnusableWeightsError(
            f"{model.name}: a model of the family {family}; use one of {', '.join(FAMILIES)}"
        )


def build_empty(settings: dict[str, Any]) -> PreTrainedModel:
    """Build a model whose weights take no memory."""
    with torch.device("meta"):
        return AutoModelForImageTextToText.from_config(AutoConfig.for_model(**settings))


def count_parameters(settings: dict[str, Any]) -> int:
    """Count the parameters of a model."""
    return sum(value.numel() for value in build_empty(settings).parameters())


def find_dtype(settings: dict[str, Any], dtype: str) -> str:
    """Return which of `WIDTHS` the weights of a model have.

    Args:
        settings: of the model.
        dtype: that it is to have; auto stands for the one that it was saved with.
    """
    if dtype != "auto":
        return dtype
    parts = (settings, settings.get("text_config", {}))
    saved = (part.get(name) for part in parts for name in ("dtype", "torch_dtype"))
    return next((name for name in saved if name in WIDTHS), "float32")
