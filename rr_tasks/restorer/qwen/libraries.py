"""Knows a fault of the installed libraries that changes results without a word."""

import inspect
from importlib.metadata import version

from diffusers import QwenImageEditPipeline, QwenImageEditPlusPipeline

_FORGOTTEN = "mm_token_type_ids"


def describe_fault() -> str | None:
    """Say what diffusers' own pipelines do wrong with these libraries; None if they are right.

    They do not tell the text encoder which tokens are a picture's (diffusers #14194), and
    transformers 5 then numbers them in one dimension. Restorers here are not affected, but what
    other programs get from the same weights is.
    """
    kinds = (QwenImageEditPipeline, QwenImageEditPlusPipeline)
    encoders = (inspect.getsource(kind._get_qwen_prompt_embeds) for kind in kinds)
    if all(_FORGOTTEN in encoder for encoder in encoders):
        return None
    return (
        f"diffusers {version('diffusers')} with transformers {version('transformers')}: the "
        "pipelines of Qwen-Image-Edit read prompts wrongly (diffusers #14194); rr reads prompts "
        "itself and is not affected, but other programs are"
    )
