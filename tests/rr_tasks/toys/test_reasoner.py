from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor, PreTrainedTokenizerBase

from rr_tasks.toys.reasoner import ToyShape, build_toy_reasoner
from schemas.prior.levels import QUESTION
from schemas.prior.prompt import PROMPT


@pytest.mark.parametrize("family", ["qwen3_vl", "qwen3_5"])
def test_transformers_load_and_run_it_like_any_model(family: str, tmp_path: Path) -> None:
    build_toy_reasoner(tmp_path, family=family)  # type: ignore[arg-type]
    model = AutoModelForImageTextToText.from_pretrained(tmp_path)
    processor = AutoProcessor.from_pretrained(tmp_path)
    assert model.config.model_type == family
    assert model.num_parameters() < 1_000_000
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": PROMPT}]}]
    text = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    image = torch.zeros(3, 100, 180, dtype=torch.uint8)
    inputs = processor(text=[text], images=[[image]], return_tensors="pt")
    side = ToyShape().side
    assert inputs["image_grid_thw"].prod() * 16**2 <= side**2
    with torch.inference_mode():
        logits = model(**inputs).logits
    assert logits.shape[-1] == len(processor.tokenizer)
    assert bool(logits.isfinite().all())


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "other"):
        build_toy_reasoner(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "other").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_digits_are_tokens_and_questions_are_short(tmp_path: Path) -> None:
    build_toy_reasoner(tmp_path)
    tokenizer: PreTrainedTokenizerBase = AutoProcessor.from_pretrained(tmp_path).tokenizer
    for text in (PROMPT, QUESTION, "severity 1047, ünlike 3"):
        tokens = tokenizer(text)["input_ids"]
        assert tokenizer.decode(tokens) == text
        pieces = [tokenizer.decode([token]) for token in tokens]
        assert all(piece.isdigit() is any(char.isdigit() for char in piece) for piece in pieces)
    assert len(tokenizer(PROMPT)["input_ids"]) < 60
    assert np.all(np.diff(tokenizer.convert_tokens_to_ids(list("0123456789"))) > 0)
