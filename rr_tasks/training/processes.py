"""Several processes that train one network together."""

import torch
from accelerate import Accelerator


def join_processes(device: torch.device) -> Accelerator:
    """Join the processes that `accelerate launch` or `torchrun` started; by default, be alone.

    Data must be dealt out afterwards: `rr_tasks.training.epochs.deal_epochs` asks who is there.
    """
    return Accelerator(cpu=device.type == "cpu", device_placement=False)
