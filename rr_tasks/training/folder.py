"""The folder of a run that learns: whose it is, and what is left to do in it."""

from collections.abc import Callable
from typing import TypeVar

import torch
from pydantic import ValidationError

from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import exists, join, publish_bytes, read_bytes
from rr_tasks.storage.leftovers import remove_leftovers
from rr_tasks.training.loop import CHECKPOINT
from rr_tasks.training.processes import join_processes
from schemas.base import Strict
from schemas.errors import ExpectedError

RecordT = TypeVar("RecordT", bound=Strict)
LearnedT = TypeVar("LearnedT")


class OtherRunError(ExpectedError, ValueError):
    """A folder already holds a training run with other settings."""


def finish_run(
    folder: str,
    record: Strict,
    device: torch.device,
    *,
    proof: str,
    learn: Callable[[], LearnedT],
    save: Callable[[LearnedT], None],
) -> None:
    """Do what is left of a run; of several processes, the first one writes.

    Args:
        folder: that of the run.
        record: everything that the run depends on.
        device: where it learns.
        proof: URL of what `save` writes last; if it exists, nothing is done.
        learn: trains, from the checkpoint in `folder` if there is one.
        save: writes what was learned.

    Raises:
        OtherRunError: the folder holds a run with other settings.
    """
    processes = join_processes(device)
    finished = exists(proof)
    begun = finished or exists(join(folder, CHECKPOINT))
    processes.wait_for_everyone()  # nothing is written before all have looked
    if processes.is_main_process:
        remove_leftovers(folder)
    _claim(folder, record, begun=begun, writes=processes.is_main_process)
    if not finished:
        learned = learn()
        if processes.is_main_process:
            save(learned)
        processes.wait_for_everyone()


def _claim(folder: str, record: Strict, *, begun: bool, writes: bool) -> None:
    """Record what a run depends on in its folder, or make sure that it is the run begun there."""
    note = join(folder, "run.json")
    if begun:
        if _read_record(note, type(record)) != record:
            raise OtherRunError(
                f"{folder} holds a training run with other settings or data (see {note}); "
                "choose another output folder"
            )
    elif writes:  # a run that failed before its first checkpoint does not keep the folder
        publish_bytes(record.model_dump_json(indent=2).encode(), note)


def _read_record(url: str, kind: type[RecordT]) -> RecordT:
    try:
        return kind.model_validate_json(read_bytes(url))
    except (MissingFileError, ValidationError) as error:
        raise OtherRunError(
            f"{url}: missing or damaged, so nobody knows what the run in this folder is; choose "
            "another output folder"
        ) from error
