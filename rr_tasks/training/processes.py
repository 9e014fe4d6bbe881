"""Lets several processes train one network together."""

from collections.abc import Iterator, Sequence

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs

from schemas.shard import DoneMarker


def join_processes(device: torch.device, *, idles: bool = False) -> Accelerator:
    """Join the processes that `accelerate launch` or `torchrun` started, if they did.

    Deal out data only afterwards, because `rr_tasks.training.epochs.deal_epochs` asks for the
    processes.

    Args:
        device: where the network learns.
        idles: see `rr_tasks.training.objective.Objective`; in each step the processes then look for
            what gets no gradient.
    """
    sharing = DistributedDataParallelKwargs(find_unused_parameters=idles)
    return Accelerator(cpu=device.type == "cpu", device_placement=False, kwargs_handlers=[sharing])


def deal_shards(markers: Sequence[DoneMarker], device: torch.device) -> Iterator[DoneMarker]:
    """Yield this process's share of shards, and wait in the end until all have done theirs."""
    processes = join_processes(device)
    yield from markers[processes.process_index :: processes.num_processes]
    processes.wait_for_everyone()
