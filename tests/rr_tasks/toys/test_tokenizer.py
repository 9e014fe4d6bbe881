from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from transformers import Qwen2Tokenizer

from rr_tasks.toys.tokenizer import SPECIAL, train_tokenizer

TOKENIZER = train_tokenizer(["Haze veils the scene. Haze and rain. " * 9], merges=30)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_it_writes_every_text(text: str) -> None:
    import unicodedata

    normal = unicodedata.normalize("NFC", text)
    assert TOKENIZER.decode(TOKENIZER(text)["input_ids"]) == normal


def test_frequent_words_take_few_tokens_and_marks_one() -> None:
    assert len(TOKENIZER(" Haze")["input_ids"]) == 1
    assert len(TOKENIZER("".join(SPECIAL))["input_ids"]) == len(SPECIAL)
    assert len(TOKENIZER("12")["input_ids"]) == 2


def test_it_is_kept_in_a_folder(tmp_path: Path) -> None:
    TOKENIZER.save_pretrained(tmp_path)
    again = Qwen2Tokenizer.from_pretrained(tmp_path)
    text = "<|im_start|>Haze, 3 words<|im_end|>"
    assert again(text)["input_ids"] == TOKENIZER(text)["input_ids"]
