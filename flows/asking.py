"""Asks a model about every shard of a data set: annotations, and scenes."""

from collections.abc import Callable
from typing import Any

from flows.host import host
from flows.samples import share_samples
from rr_tasks.plural import say_count
from rr_tasks.reasoner.spending import add_up
from rr_tasks.shards.reader import done_shards, finished_shards
from rr_tasks.storage.held import Held
from schemas.reasoner import ReasonerChoice
from schemas.shard import DoneMarker
from schemas.usage import Usage

_REMOTE_WORKERS = 2
"""So that a server has requests while the last answers about a shard are awaited."""


def ask_about_shards(
    task: Callable[..., DoneMarker | Held],
    shards: str,
    folder: str,
    *arguments: Any,
    choice: ReasonerChoice,
    label: str,
    workers: int | None,
) -> list[DoneMarker]:
    """Call `task(shard, shards, folder, *arguments)` for each shard that is not finished.

    A model on a GPU gets one shard at a time.

    Args:
        task: the work on one shard.
        shards: folder of the data set.
        folder: folder of the answers.
        arguments: the same for all.
        choice: the model, which decides how many shards are worked on at a time.
        label: shown beside the progress, which counts samples.
        workers: how many shards to work on at a time, if the user wants to choose.
    """
    wanted = done_shards(shards)
    return share_samples(
        task,
        [marker.shard for marker in wanted],
        shards,
        folder,
        *arguments,
        label=label,
        total=sum(marker.samples for marker in wanted),
        workers=workers or (_REMOTE_WORKERS if choice.kind == "remote" else None),
        finished=finished_shards(folder),
        gpu=choice.kind == "qwen",
    )


def publish_spending(folder: str) -> None:
    """Publish how many samples were answered, and what servers took for it."""
    spent = add_up(folder)
    host().publish_table("answers", [spent._asdict()], f"Answers in {folder}")
    if spent.prompt_tokens:
        taken = Usage(
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
            cost=spent.cost,
        )
        host().say(f"{say_count(spent.answers, 'answer')} took {taken}")
