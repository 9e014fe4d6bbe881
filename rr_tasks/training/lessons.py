"""What a vision-language model learns from: a photograph, a question, and the answer to write."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from transformers import ProcessorMixin

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.question import DIAGNOSIS, RATING
from rr_tasks.reasoner.qwen.conversation import render_question, show
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Sample, ShardStream, unpack
from rr_tasks.training.dataset import check_dataset
from rr_tasks.training.epochs import deal_epochs
from rr_tasks.training.rounds import Batch, RoundLoader
from rr_tasks.training.taught import ReadSamples, TaughtPhotographs
from schemas.prior.levels import write_levels
from schemas.prior.migrations import load_prior
from schemas.prior.mirror import mirror
from schemas.prior.prompt import answer, learned_from
from schemas.shard import DoneMarker

_PHOTOGRAPHS_PER_ROUND = 256
_IGNORED = -100


class Lesson(NamedTuple):
    """A photograph, a question, the answer, and from which character on it is learned."""

    image: Bytes
    prompt: str
    answer: str
    learned_from: int


def load_lessons(
    shards: str,
    processor: ProcessorMixin,
    *,
    batch_size: int,
    seed: int,
    rating_share: float,
    measured_scenes: bool,
    annotations: str | None = None,
) -> RoundLoader[Sample, Lesson, Batch]:
    """Load batches of lessons from the ground truth of a data set, or from its annotations.

    Args:
        shards: URL of the data set.
        processor: that of the model.
        batch_size: photographs per batch.
        seed: of the order and of all draws.
        rating_share: how many lessons ask for a rating; the others ask for a diagnosis.
        measured_scenes: learn scenes also where nobody has seen them.
        annotations: URL of the priors to learn instead of the truth, such as truths with scenes.

    Raises:
        UnfinishedDataSetError: some shards have not been made.
        OtherDataSetError, MissingDiagnosesError, UntaughtError: see `TaughtPhotographs.open`.
    """
    markers: Sequence[DoneMarker] = check_dataset(shards)
    read: ReadSamples = ShardStream(shards, markers, "degraded.png", "prior.json").read
    if annotations is not None:
        markers, read = TaughtPhotographs(shards, annotations).open()
    return RoundLoader(
        deal_epochs(markers, samples_per_round=_PHOTOGRAPHS_PER_ROUND, seed=seed),
        read,
        partial(_prepare, rating_share=rating_share, measured_scenes=measured_scenes),
        partial(collate, processor),
        examples_per_sample=1,
        batch_size=batch_size,
    )


def collate(processor: ProcessorMixin, lessons: Sequence[Lesson]) -> Batch:
    """Turn lessons into what a model reads, and `labels`: what it should write next, or -100.

    Questions are padded on the left and answers on the right, so that all answers begin at the same
    place.
    """
    chats = [render_question(processor, lesson.prompt) for lesson in lessons]
    asked = show(processor, chats, [lesson.image for lesson in lessons])
    written = [_write(processor, lesson) for lesson in lessons]
    tokens, labels = (
        torch.nn.utils.rnn.pad_sequence(
            [torch.tensor(one[place]) for one in written], batch_first=True, padding_value=filling
        )
        for place, filling in enumerate((processor.tokenizer.pad_token_id, _IGNORED))
    )
    lengths = torch.tensor([len(one[0]) for one in written])
    there = torch.arange(tokens.shape[1]) < lengths[:, None]
    return {
        **_extend(asked, tokens, there),
        "labels": labels,
    }


def _extend(asked: Mapping[str, Any], tokens: torch.Tensor, there: torch.Tensor) -> Batch:
    """Append the tokens of answers to those of questions."""
    text = torch.zeros_like(tokens)
    more = {"input_ids": tokens, "attention_mask": there.long(), "mm_token_type_ids": text}
    return {
        name: torch.cat([value, more[name].to(value.dtype)], 1) if name in more else value
        for name, value in asked.items()
    }


def _write(processor: ProcessorMixin, lesson: Lesson) -> tuple[list[int], list[int]]:
    """Return the tokens of an answer with its end, and those of them that are learned.

    The answer is split into tokens on its own, as a model writes it: none reaches back into the
    question.
    """
    tokenizer = processor.tokenizer
    split = tokenizer(lesson.answer, return_offsets_mapping=True, add_special_tokens=False)
    tokens = [*split["input_ids"], tokenizer.eos_token_id]
    ends = [end for _, end in split["offset_mapping"]]
    labels = [
        token if end > lesson.learned_from else _IGNORED
        for token, end in zip(split["input_ids"], ends, strict=True)
    ]
    return tokens, [*labels, tokenizer.eos_token_id]


def _prepare(
    sample: Sample, rng: np.random.Generator, *, rating_share: float, measured_scenes: bool
) -> list[Lesson]:
    """Draw a question about a photograph, which is mirrored half of the time."""
    image = unpack(sample, "degraded.png", decode_png)
    truth = unpack(sample, "prior.json", load_prior)
    key = f"{sample['__key__']} {rng.integers(1 << 30)}"
    if rng.random() < 0.5:
        image, truth = np.ascontiguousarray(image[:, ::-1]), mirror(truth)
    if rng.random() < rating_share:
        return [Lesson(image, RATING.prompt, write_levels(truth), 0)]
    text = answer(truth, key)
    begin = 0 if measured_scenes else learned_from(truth, text)
    return [Lesson(image, DIAGNOSIS.prompt, text, begin)]
