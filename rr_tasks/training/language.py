"""Teaches a vision-language model to diagnose: what it should write, token by token."""

import torch
from torch import nn
from torch.nn import functional

from rr_tasks.training.objective import Losses
from rr_tasks.training.rounds import Batch

ALGORITHM = 1
"""Counts changes of this objective or its lessons that lead the same settings to other weights."""


def language_loss(model: nn.Module, batch: Batch, _: torch.Generator) -> Losses:
    """Mean cross-entropy of the tokens of the answers; questions and photographs are not learned.

    Args:
        model: a model of transformers, with or without an adapter.
        batch: what `rr_tasks.training.lessons.collate` returns.

    Returns:
        `loss`, and `right`: the share of tokens that the model would have written itself.
    """
    labels = batch["labels"]
    read = {name: value for name, value in batch.items() if name != "labels"}
    # Only the places of answers, each of which foretells the next token.
    logits = model(**read, use_cache=False, logits_to_keep=labels.shape[1] + 1).logits[:, :-1]
    loss = functional.cross_entropy(logits.flatten(0, 1).float(), labels.flatten())
    learned = labels >= 0
    right = ((logits.argmax(-1) == labels) & learned).sum() / learned.sum().clamp(min=1)
    return {"loss": loss, "right": right}
