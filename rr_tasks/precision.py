"""bfloat16 where the processor computes in it, float32 elsewhere."""

import torch


def autocast() -> torch.autocast:
    """Autocast to bfloat16 on processors with bfloat16 instructions, otherwise do nothing."""
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.autocast("cpu", torch.bfloat16, enabled=bool(native))
