"""Published models at full size, without memory for their weights."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.restorer.qwen.anatomy import Anatomy, list_published, measure_model
from rr_tasks.restorer.qwen.memory import (
    CARDS,
    GIB,
    PREFERENCE,
    Keeping,
    choose_keeping,
    restoring_bytes,
    training_bytes,
)
from rr_tasks.weights.file import UnusableWeightsError
from tests.toys import load_toy

EDIT = "Qwen/Qwen-Image-Edit-2511"


@pytest.fixture(scope="module")
def edit() -> Anatomy:
    return measure_model(EDIT)


def test_sizes_are_those_that_were_published(edit: Anatomy) -> None:
    assert edit.transformer == 20_430_401_088
    assert edit.text_encoder == 8_292_166_656
    assert edit.autoencoder == 126_892_531
    assert (edit.blocks, edit.width) == (60, 3072)


def test_an_adapter_changes_twelve_linears_of_each_block(edit: Anatomy) -> None:
    side = edit.width
    attention, mlp = 8 * (side + side), 4 * (side + 4 * side)
    assert edit.adapter == edit.blocks * (attention + mlp)
    assert 32 * edit.adapter == 212_336_640


def test_a_folder_is_measured_by_its_settings(toy_editor: Callable[[str], str]) -> None:
    folder = toy_editor("2511")
    anatomy = measure_model(folder)
    pipeline = load_toy(folder).backbone._pipeline  # type: ignore[attr-defined]
    for name in ("transformer", "text_encoder", "vae"):
        count = sum(value.numel() for value in getattr(pipeline, name).parameters())
        assert count == getattr(anatomy, {"vae": "autoencoder"}.get(name, name))


def test_unknown_models_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(UnusableWeightsError, match="no such folder"):
        measure_model("/no/model")
    assert EDIT in list_published()


def test_there_is_a_way_for_each_usual_card(edit: Anatomy) -> None:
    chosen = {card: choose_keeping(edit, 1024, card * GIB) for card in CARDS}
    assert chosen == {
        24: Keeping("float8", "model"),
        48: Keeping("float8", "none"),
        80: Keeping("full", "none"),
    }
    assert choose_keeping(edit, 1024, GIB) is None


def test_what_is_faster_takes_more_memory(edit: Anatomy) -> None:
    for storage in ("full", "float8"):
        needs = [
            restoring_bytes(edit, keeping, 1024)
            for keeping in PREFERENCE
            if keeping.storage == storage
        ]
        assert all(more > less for more, less in pairwise(needs))


@given(st.sampled_from((256, 512, 1024)), st.integers(1, 4), st.sampled_from((8, 32, 64)))
def test_training_takes_more_for_more(edit: Anatomy, side: int, batch: int, rank: int) -> None:
    def needed(storage: str = "full", **more: int) -> int:
        sizes = {"rank": rank, "crop_side": side, "batch_size": batch, **more}
        return training_bytes(edit, storage, **sizes)  # type: ignore[arg-type]

    assert needed() > needed("float8") > edit.transformer
    assert needed(rank=2 * rank) > needed()
    assert needed(batch_size=batch + 1) > needed()
    assert needed(crop_side=2 * side) > needed()
