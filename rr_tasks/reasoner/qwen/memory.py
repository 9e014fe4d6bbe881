"""Batches that become smaller when a device has too little memory for them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

AskedT = TypeVar("AskedT")
AnswerT = TypeVar("AnswerT")

_ON_A_CPU = "not enough memory"  # a plain RuntimeError there


class Portions:
    """Asks about a few things at a time: as many as memory has held so far.

    Args:
        most: how many at first; an attribute, which shrinks.
    """

    def __init__(self, most: int) -> None:
        self.most = most

    def ask(
        self, ask: Callable[[Sequence[AskedT]], list[AnswerT]], asked: Sequence[AskedT]
    ) -> list[AnswerT]:
        """Return the answers about all; a portion that does not fit is halved.

        Raises:
            RuntimeError: there is too little memory for a single one.
        """
        answers: list[AnswerT] = []
        while len(answers) < len(asked):
            portion = asked[len(answers) : len(answers) + self.most]
            try:
                answers += ask(portion)
            except RuntimeError as error:
                if len(portion) == 1 or not _is_out_of_memory(error):
                    raise
                self.most = len(portion) // 2
            else:
                continue
            torch.cuda.empty_cache()  # only now is what the portion held no longer referred to
        return answers


def _is_out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or _ON_A_CPU in str(error)
