"""Lets several processes train one network together."""

from collections.abc import Iterator, Sequence

import torch
from accelerate import Accelerator

from schemas.shard import DoneMarker


def join_processes(device: torch.device) -> Accelerator:
    """Join the processes that `accelerate launch` or `torchrun` started, if they did.

    Deal out data only afterwards, because `rr_tasks.training.epochs.deal_epochs` asks for the
    processes.
    """
    return Accelerator(cpu=device.type == "cpu", device_placement=False)


def deal_shards(markers: Sequence[DoneMarker], device: torch.device) -> Iterator[DoneMarker]:
    """Yield this process's share of shards, and wait in the end until all have done theirs."""
    processes = join_processes(device)
    yield from markers[processes.process_index :: processes.num_processes]
    processes.wait_for_everyone()
