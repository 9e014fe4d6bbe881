"""Shows what a machine has and what it can run."""

import os
from collections.abc import Collection, Iterable
from importlib.metadata import version

import torch
from rich.console import Console
from rich.markup import escape

from flows.cli.show.table import Column, print_columns
from rr_tasks.cpu import default_workers
from rr_tasks.device import choose_device

_GIB = 2**30


def show_machine(console: Console) -> None:
    """Show cores, memory and GPU, and that the edge tier runs on any of them."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    console.print(f"{default_workers()} usable cores, {memory:.0f} GiB of memory")
    device = choose_device()
    if device.type == "cuda":
        card = torch.cuda.get_device_properties(device)
        console.print(f"GPU: {escape(card.name)}, {card.total_memory / _GIB:.0f} GiB")
    else:
        console.print(f"no CUDA GPU; torch {version('torch')} computes on {device.type}")
    console.print("The edge tier runs here.")


def show_extras(console: Console, known: Iterable[str], missing: Collection[str]) -> None:
    """Show which extras are installed, and how to install the others."""
    there = [extra for extra in known if extra not in missing]
    console.print(f"Extras installed: {', '.join(there) or 'none'}")
    if missing:
        wanted = ",".join(sorted(missing))
        command = f"pip install 'reason-and-restore[{wanted}]'"
        console.print(f"Not installed: {', '.join(sorted(missing))}; {escape(command)}")


def show_models(console: Console, named: Iterable[str]) -> None:
    """Show how models of Qwen would run here, and faults of the libraries that run them.

    Args:
        console: where they are shown.
        named: more models, each a folder or a name on the Hub.
    """
    # Late, because only the extra qwen brings what they need.
    from rr_tasks.reasoner.qwen.check import advise as advise_reasoner
    from rr_tasks.reasoner.qwen.check import is_reasoner
    from rr_tasks.reasoner.qwen.settings import list_published as list_reasoners
    from rr_tasks.restorer.qwen.anatomy import list_published
    from rr_tasks.restorer.qwen.check import advise
    from rr_tasks.restorer.qwen.libraries import describe_fault

    reasoners = [*list_reasoners(), *filter(is_reasoner, named)]
    columns = [
        Column("reasoner", reasoners),
        Column("on this machine", [advise_reasoner(name) for name in reasoners]),
    ]
    print_columns(console, "Reasoners of the tier qwen", columns)
    names = [*list_published(), *(name for name in named if name not in reasoners)]
    licences, advice = zip(*map(advise, names), strict=True)
    columns = [
        Column("restorer", names),
        Column("licence", licences),
        Column("on this machine", advice),
    ]
    print_columns(console, "Restorers of the tier qwen", columns)
    fault = describe_fault()
    if fault:
        console.print(f"[yellow]{escape(fault)}[/yellow]", soft_wrap=True)
