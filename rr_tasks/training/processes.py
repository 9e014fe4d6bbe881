"""Lets several processes train one network together."""

import torch
from accelerate import Accelerator


def join_processes(device: torch.device) -> Accelerator:
    """Join the processes that `accelerate launch` or `torchrun` started, if they did.

    Deal out data only afterwards, because `rr_tasks.training.epochs.deal_epochs` asks for the
    processes.
    """
    return Accelerator(cpu=device.type == "cpu", device_placement=False)
