"""LoRA on the language model of a vision-language model of the Qwen family."""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

TARGETS = (
    r"(model\.)?language_model\.layers\.\d+\.(self_attn|linear_attn|mlp)"
    r"\.(\w+_proj|in_proj_\w+)"
)
"""All linear layers of the language model, those of linear attention too, and nothing of `visual`.

What the vision model sees stays as it was published; peft matches whole names.
"""

_DROPOUT = 0.0


def add_adapter(model: PreTrainedModel, *, rank: int, seed: int) -> PeftModel:
    """Freeze a model and add an adapter in float32 that does nothing yet.

    Args:
        model: changed in place.
        rank: of the two matrices beside each linear layer; their product is doubled.
        seed: decides where they begin.
    """
    torch.manual_seed(seed)
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=_DROPOUT,
        target_modules=TARGETS,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)
