from pathlib import Path

import pytest

from rr_tasks.evaluation.diagnosis.figures import compute_figures
from rr_tasks.evaluation.diagnosis.source import (
    UnusableSourceError,
    find_pairs,
    find_recipes,
    tell_training,
)
from schemas.assessment import PairsSource
from schemas.recipe import BENCHMARK_FIELD, CDD11, CDD11_LIKE, EDGE_DEFAULT, EDGE_V2

RESIDE = PairsSource(name="reside-0123456789abcdef", shards=2)


def test_recipes_are_named_or_in_files(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text('{"name": "own"}')
    found = find_recipes(["edge-v2", str(path), "some/folder"])
    assert [recipe.name for recipe in found] == ["edge-v2", "own"]


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (["some/folder", "edge-v2"], "name a recipe first"),
        (["reasoner-v1"], "name edge-default, edge-v2"),
    ],
)
def test_what_no_photograph_can_be_degraded_with_is_refused(sources: list[str], words: str) -> None:
    with pytest.raises(UnusableSourceError, match=words):
        find_recipes(sources)


def test_what_is_not_there_is_refused_with_what_is(tmp_path: Path) -> None:
    with pytest.raises(UnusableSourceError, match=r"no source edge-v3; name edge-default"):
        find_pairs(["edge-default", "edge-v3"])


def test_data_sets_that_were_synthesized_are_refused(dataset: str) -> None:
    with pytest.raises(UnusableSourceError, match="name its recipe"):
        find_pairs([dataset])


def test_it_is_said_what_was_seen_in_training() -> None:
    recipes = (EDGE_DEFAULT, EDGE_V2, BENCHMARK_FIELD, CDD11, CDD11_LIKE)
    told = tell_training(recipes, (RESIDE,), frozenset({"edge-default", "field", "my-own"}))
    assert told == {
        "edge-default": "yes",
        "edge-v2": "no",
        "benchmark-field": "as field",
        "cdd11": "no",
        "cdd11-like": "as edge-default",
        RESIDE.name: "no",
    }
    assert tell_training((), (RESIDE,), frozenset({"reside"})) == {RESIDE.name: "yes"}
    assert set(tell_training(recipes, (RESIDE,), frozenset()).values()) == {"unknown"}


def test_sources_are_compared(perfect, table) -> None:
    figures = compute_figures(perfect, training={"one": "no"})
    assert figures.sources.rows() == [
        ("one", "no", 1.0, 1.0, 1.0, 1.0, 0.0, 0.0),
        ("two", "unknown", 1.0, 1.0, 1.0, 1.0, 0.0, 0.0),
    ]
