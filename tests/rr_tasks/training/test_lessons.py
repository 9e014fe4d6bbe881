from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoProcessor, ProcessorMixin

from rr_tasks.reasoner.question import DIAGNOSIS, RATING
from rr_tasks.toys.reasoner import build_toy_reasoner
from rr_tasks.training.lessons import Lesson, collate, load_lessons
from tests.annotating import annotate_all
from tests.reasoners import RuleReasoner

RATED = '{"haze": 3, "blur": 0, "rain": 0, "noise": 9}'
WRITTEN = '{"scene": {"description": "a 2nd wall"}, "reasoning": "1 word"}'


@pytest.fixture(scope="module")
def processor(tmp_path_factory: pytest.TempPathFactory) -> ProcessorMixin:
    folder: Path = tmp_path_factory.mktemp("toy")
    build_toy_reasoner(folder)
    return AutoProcessor.from_pretrained(folder)


def lesson(width: int, prompt: str, answer: str, learned_from: int = 0) -> Lesson:
    rng = np.random.default_rng(width)
    image = rng.integers(0, 256, (48, width, 3), dtype=np.uint8)
    return Lesson(image, prompt, answer, learned_from)


def test_only_the_answer_and_its_end_are_learned(processor: ProcessorMixin) -> None:
    lessons = [lesson(48, DIAGNOSIS.prompt, WRITTEN), lesson(150, RATING.prompt, RATED)]
    batch = collate(processor, lessons)
    tokenizer = processor.tokenizer
    for ids, mask, labels, one in zip(
        batch["input_ids"], batch["attention_mask"], batch["labels"], lessons, strict=True
    ):
        answer = ids[-len(labels) :]
        learned = labels >= 0
        assert tokenizer.decode(answer[learned]) == one.answer + "<|im_end|>"
        assert (answer[learned] == labels[learned]).all()
        assert (mask[-len(labels) :].bool() == learned).all()  # padding is neither seen nor learned
        assert tokenizer.decode(ids[: -len(labels)]).endswith("<|im_start|>assistant\n")
    places = (batch["input_ids"] == tokenizer.convert_tokens_to_ids("<|image_pad|>")).sum()
    assert places == batch["image_grid_thw"].prod(1).sum() // 4
    assert (batch["mm_token_type_ids"].sum()) == places


def test_a_scene_that_nobody_has_seen_is_shown_but_not_learned(processor: ProcessorMixin) -> None:
    begin = WRITTEN.index('"reasoning": ')
    batch = collate(processor, [lesson(48, DIAGNOSIS.prompt, WRITTEN, begin)])
    labels = batch["labels"][0]
    learned = processor.tokenizer.decode(labels[labels >= 0])
    assert '"reasoning": "1 word"}<|im_end|>' in learned
    assert "2" not in learned
    assert WRITTEN in processor.tokenizer.decode(batch["input_ids"][0])


def test_the_same_number_gives_the_same_batch_and_the_share_of_ratings_holds(
    dataset: str, processor: ProcessorMixin
) -> None:
    given: dict[str, Any] = {"batch_size": 48, "seed": 5, "measured_scenes": False}
    with load_lessons(dataset, processor, **given, rating_share=0.5) as lessons:
        batches = [lessons.batch(number) for number in (0, 1, 0)]
    for name, value in batches[0].items():
        assert torch.equal(value, batches[2][name])
    assert not torch.equal(batches[0]["pixel_values"], batches[1]["pixel_values"])
    learned = [int((labels >= 0).sum()) for labels in batches[0]["labels"]]
    assert 0.25 < np.mean([count < 20 for count in learned]) < 0.75


def test_annotations_are_learned_instead_of_the_truth(
    dataset: str, processor: ProcessorMixin, tmp_path: Path
) -> None:
    folder = annotate_all(dataset, str(tmp_path), RuleReasoner())
    with load_lessons(
        dataset,
        processor,
        batch_size=4,
        seed=0,
        rating_share=0.0,
        measured_scenes=False,
        annotations=folder,
    ) as lessons:
        written = processor.tokenizer.batch_decode(lessons.batch(0)["input_ids"])
    assert all('"description": "something"' in text for text in written)
