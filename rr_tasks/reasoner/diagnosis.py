"""Asks a reasoner about photographs so that a failure on one does not affect the others."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes, Pixels, to_8_bits
from rr_tasks.reasoner.protocol import Answer, Reasoner, Unparsed, VisionLanguageModel
from rr_tasks.reasoner.question import Question
from rr_tasks.retries import TRANSIENT
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior

AnswerT = TypeVar("AnswerT")

_NOT_ABOUT_ONE_PHOTOGRAPH = (*TRANSIENT, ExpectedError)
"""Failures of the network or of settings concern every photograph, so they are passed on."""


class UndiagnosedError(ExpectedError, ValueError):
    """The reasoner gave no usable answer for a photograph."""


def diagnose(reasoner: Reasoner, pixels: Pixels) -> DiagnosticPrior:
    """Diagnose one photograph, (H, W, 3), sRGB-coded, 8 or 16 bits, of any size.

    Raises:
        UndiagnosedError: the reasoner failed, or its answer cannot be parsed.
    """
    (answer,) = diagnose_each(reasoner, [to_8_bits(pixels)])
    if isinstance(answer, Unparsed):
        raise UndiagnosedError(f"the reasoner has no diagnosis of it: {answer.reason}")
    return answer


def diagnose_each(reasoner: Reasoner, images: Sequence[Bytes]) -> list[Answer]:
    """Diagnose photographs, (H, W, 3), sRGB-coded, of any sizes, in one batch.

    Returns:
        An answer for each; `Unparsed` for one on which the reasoner fails.

    Raises:
        ConnectionError, TimeoutError, ExpectedError: the cause is not one of the photographs.
    """
    return _ask_each(reasoner.diagnose_all, images, lambda error: Unparsed(_describe(error)))


def write_each(
    model: VisionLanguageModel, images: Sequence[Bytes], question: Question
) -> list[str | Unparsed]:
    """Call `VisionLanguageModel.write_all` as `diagnose_each` does `Reasoner.diagnose_all`."""

    def ask(some: Sequence[Bytes]) -> list[str | Unparsed]:
        return model.write_all(some, question)

    return _ask_each(ask, images, lambda error: Unparsed(_describe(error)))


def expect_each(reasoner: Reasoner, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
    """Call `Reasoner.expected_severities` as `diagnose_each` does `Reasoner.diagnose_all`.

    Returns:
        Severities (B, types); a row of NaN for a photograph on which the reasoner fails.
    """

    def ask(some: Sequence[Bytes]) -> list[npt.NDArray[np.float64]]:
        return list(reasoner.expected_severities(some))

    unknown = np.full(len(DEGRADATIONS), np.nan)
    return np.array(_ask_each(ask, images, lambda _: unknown))


def _ask_each(
    ask: Callable[[Sequence[Bytes]], list[AnswerT]],
    images: Sequence[Bytes],
    answer_failure: Callable[[Exception], AnswerT],
) -> list[AnswerT]:
    """Ask about all images at once and, if that fails, about each on its own."""
    try:
        return ask(images)
    except _NOT_ABOUT_ONE_PHOTOGRAPH:
        raise
    except Exception as error:  # noqa: BLE001 - one photograph must not stop the others
        if len(images) == 1:
            return [answer_failure(error)]
    return [answer for image in images for answer in _ask_each(ask, [image], answer_failure)]


def _describe(error: Exception) -> str:
    first_line, name = str(error).strip().partition("\n")[0], type(error).__name__
    return f"{name}: {first_line}" if first_line else name
