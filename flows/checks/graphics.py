"""Whether torch can use the graphics card, if there is one."""

import shutil
from importlib.metadata import version

import torch

from flows.checks.finding import Finding


def check_graphics() -> Finding:
    """Compute something on the card; without one, nothing is wrong."""
    if torch.cuda.is_available():
        return _try()
    if shutil.which("nvidia-smi") is None:
        return Finding("GPU", "none; the edge tier needs none")
    if torch.version.cuda is None:
        advice = "install torch from PyPI, which is built for CUDA"
    else:
        advice = f"run nvidia-smi: its driver has to support CUDA {torch.version.cuda}"
    return Finding("GPU", f"a driver is here, but torch {version('torch')} sees no card", advice)


def _try() -> Finding:
    name = torch.cuda.get_device_name()
    try:
        ones = torch.ones(8, 8, device="cuda")
        (ones @ ones).sum().item()
    except RuntimeError as error:  # whatever torch and the driver say to each other
        reason = str(error).strip().partition("\n")[0]
        advice = "run nvidia-smi to see whether the card is free, and restart the machine if not"
        return Finding("GPU", f"{name} does not compute: {reason}", advice, wrong=True)
    return Finding("GPU", f"{name} computes")
