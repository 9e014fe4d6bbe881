"""Asks about the photographs of a shard, batch by batch, and makes a row of each answer.

While a batch is asked about, the next one is read and decoded, and the last one written.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from rr_tasks.reasoner.ahead import take_ahead
from rr_tasks.reasoner.protocol import Answer, Unparsed
from rr_tasks.reasoner.usage import metering
from rr_tasks.shards.outcomes import Lost
from rr_tasks.shards.stream import Sample
from rr_tasks.shards.writer import Outcome
from schemas.shard import SampleRow
from schemas.usage import Usage

Found = tuple[SampleRow, Sample | Lost]
Ask = Callable[[Sequence[Sample]], Sequence[Answer]]


class Asking(NamedTuple):
    """How samples are asked about.

    Attributes:
        ask: returns an answer for each sample.
        image: the file of a sample that is shown.
        batch_size: samples to ask about at once.
        author: names in the rows who answers.
    """

    ask: Ask
    image: str
    batch_size: int
    author: str


def answer_rows(rows: Iterable[Found], asking: Asking) -> Iterator[Outcome]:
    """Yield the row and the prior of each sample, in order.

    Args:
        rows: the rows of good samples, each with its decoded sample unless it is lost.
        asking: how they are asked about.
    """
    answered = (_answer(batch, asking) for batch in take_ahead(_batches(rows, asking.batch_size)))
    for outcomes in take_ahead(answered):
        yield from outcomes


def _batches(rows: Iterable[Found], size: int) -> Iterator[list[Found]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch


def _answer(batch: Sequence[Found], asking: Asking) -> list[Outcome]:
    samples = [found for _, found in batch if not isinstance(found, Lost)]
    with metering() as meter:
        answers = iter(asking.ask(samples) if samples else ())
    return [
        (found.fail(row.model_copy(update={"source": asking.author})), None)
        if isinstance(found, Lost)
        else _outcome(row.key, asking.author, next(answers), meter.of(found[asking.image]))
        for row, found in batch
    ]


def _outcome(key: str, author: str, answer: Answer, usage: Usage | None) -> Outcome:
    spent = {} if usage is None else usage.model_dump()
    if isinstance(answer, Unparsed):
        failed = SampleRow(
            key=key,
            source=author,
            status="failed",
            error=answer.reason,
            answer=answer.text,
            **spent,
        )
        return failed, None
    row = SampleRow.of(key, author, answer).model_copy(update=spent)
    return row, {"prior.json": answer.model_dump_json()}
