"""Looks for the photographs that a stage works on."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flows.host import host
from flows.progress import follow
from rr_tasks.photographs.listing import Photographs

SpecT = TypeVar("SpecT")
PlanP = ParamSpec("PlanP")


def search(
    plan: Callable[PlanP, tuple[SpecT, Photographs]], *args: PlanP.args, **kwargs: PlanP.kwargs
) -> tuple[SpecT, Photographs]:
    """Call `plan` while a count is shown, and name the folders that could not be listed."""
    with follow("Looking for photographs", None):
        spec, photographs = plan(*args, **kwargs)
    for folder in photographs.unreadable:
        host().say(f"Folder could not be listed: {folder}")
    return spec, photographs
