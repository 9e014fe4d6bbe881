"""Loads a model of the Qwen family: a folder or a name on the Hub, with or without an adapter."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    PreTrainedModel,
    ProcessorMixin,
)

from rr_tasks.device import choose_device
from rr_tasks.reasoner.qwen.check import check_qwen_reasoner
from rr_tasks.reasoner.qwen.conversation import limit_pixels
from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.snapshot import Snapshot, fetch_snapshot
from schemas.reasoner import QwenReasonerChoice

_UNUSABLE = (OSError, ValueError, RuntimeError, KeyError, ImportError, SafetensorError)
"""What transformers and peft raise for files that are no such model, and for missing libraries."""

_MOST_WORDS = 300


class Backbone(NamedTuple):
    """A model and what prepares its inputs."""

    model: PreTrainedModel
    processor: ProcessorMixin


class Loaded(NamedTuple):
    """A model for use, and what it was loaded from.

    Attributes:
        backbone: in evaluation mode, with the adapter merged into it.
        name: on the Hub; None of a folder.
        revision: the commit on the Hub; None of a folder.
        sha256: tells models and their adapters apart; None while one is being trained.
    """

    backbone: Backbone
    name: str | None = None
    revision: str | None = None
    sha256: str | None = None


def load(choice: QwenReasonerChoice) -> Loaded:
    """Load a model on the best device of this machine, or as `device_map` says.

    Raises:
        UnusableWeightsError: the model or the adapter is missing, damaged, or of a family that
            this release does not know.
        MissingDeviceError, TooLittleMemoryError: see `check_qwen_reasoner`.
    """
    check_qwen_reasoner(choice)
    snapshot = fetch_snapshot(choice.model, choice.revision)
    placed = {"device_map": choice.device_map} if choice.device_map else {}
    try:
        model = AutoModelForImageTextToText.from_pretrained(
            snapshot.folder,
            dtype=choice.dtype,
            attn_implementation=choice.attention,
            trust_remote_code=False,
            **placed,
        )
        processor = load_processor(snapshot.folder)
        sha256 = snapshot.digest
        if choice.adapter:
            adapter = fetch_snapshot(choice.adapter)
            model = _merge(model, adapter)
            sha256 = hashlib.sha256(f"{sha256} {adapter.digest}".encode()).hexdigest()
    except _UNUSABLE as error:
        name = f"{choice.model} with {choice.adapter}" if choice.adapter else choice.model
        reason = " ".join(str(error).split())[:_MOST_WORDS]
        raise UnusableWeightsError(f"{name}: cannot be loaded: {reason}") from error
    if not choice.device_map:
        model.to(choose_device())
    known = snapshot.name if snapshot.revision else None
    return Loaded(Backbone(model.eval(), processor), known, snapshot.revision, sha256)


def load_processor(folder: Path) -> ProcessorMixin:
    """Load the tokenizer and image processor of a model, which then bounds what it sees.

    Raises:
        OSError, ValueError: there is none.
    """
    processor = AutoProcessor.from_pretrained(folder, trust_remote_code=False)
    limit_pixels(processor)
    return processor


def _merge(model: PreTrainedModel, adapter: Snapshot) -> PreTrainedModel:
    from peft import PeftModel  # noqa: PLC0415 - only adapters need it

    return PeftModel.from_pretrained(model, adapter.folder).merge_and_unload()
