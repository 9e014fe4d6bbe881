"""How large a model is, from its settings alone: its parts are built without memory."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from torch import nn

from rr_tasks.restorer.qwen.adapter import add_adapter
from rr_tasks.restorer.qwen.model import BACKBONES, check_kind
from rr_tasks.weights.snapshot import fetch_settings

_PUBLISHED = Path(__file__).with_name("published.json")


@dataclass(frozen=True)
class Anatomy:
    """Numbers of parameters of a model's parts, and the shape of its transformer.

    Attributes:
        transformer: parameters that predict velocities.
        text_encoder: those that read instructions.
        autoencoder: those that turn photographs into latents and back.
        blocks: of the transformer.
        width: numbers at each token in the transformer.
        vocabulary: parameters of the text encoder's largest layer, a row for each token.
        adapter: parameters of an adapter for each unit of rank.
    """

    transformer: int
    text_encoder: int
    autoencoder: int
    blocks: int
    width: int
    vocabulary: int
    adapter: int

    @property
    def total(self) -> int:
        """Parameters of all parts."""
        return self.transformer + self.text_encoder + self.autoencoder


@cache
def measure_model(name: str, revision: str | None = None) -> Anatomy:
    """Measure a published model by its settings, which come with the package, or one in a folder.

    Raises:
        UnusableWeightsError: there is no such model, or it cannot restore.
    """
    settings = list_published().get(name) or _read_folder(name, revision)
    with torch.device("meta"):
        transformer = _build(diffusers, settings["transformer"])
        autoencoder = _build(diffusers, settings["vae"])
        text_encoder = _build_text_encoder(settings["text_encoder"])
    count, blocks = _count(transformer), len(transformer.transformer_blocks)
    width = transformer.inner_dim
    add_adapter(transformer, BACKBONES[settings["pipeline"]].adapted, rank=1, seed=0)
    adapter = sum(value.numel() for value in transformer.parameters() if value.requires_grad)
    return Anatomy(
        transformer=count,
        text_encoder=_count(text_encoder),
        autoencoder=_count(autoencoder),
        blocks=blocks,
        width=width,
        vocabulary=text_encoder.get_input_embeddings().weight.numel(),
        adapter=adapter,
    )


def list_published() -> dict[str, dict[str, Any]]:
    """List the settings of published models by their names on the Hub."""
    known = json.loads(_PUBLISHED.read_text(encoding="utf-8"))
    encoders = known["text_encoders"]
    return {
        name: {**model, "text_encoder": encoders[model["text_encoder"]]}
        for name, model in known["models"].items()
    }


def _read_folder(name: str, revision: str | None) -> dict[str, Any]:
    model = fetch_settings(name, revision)
    parts = ("transformer", "vae", "text_encoder")
    read: dict[str, Any] = {part: model.read_settings(f"{part}/config.json") for part in parts}
    (read["text_encoder"]["architecture"],) = read["text_encoder"]["architectures"]
    return {"pipeline": check_kind(model), **read}


def _build(library: Any, settings: dict[str, Any]) -> Any:
    return getattr(library, settings["_class_name"]).from_config(settings)


def _build_text_encoder(settings: dict[str, Any]) -> transformers.PreTrainedModel:
    config = transformers.AutoConfig.for_model(**settings)
    return getattr(transformers, settings["architecture"])(config)


def _count(part: nn.Module) -> int:
    return sum(value.numel() for value in part.parameters())
