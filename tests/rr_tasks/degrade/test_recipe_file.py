import json
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.degrade.recipe_file import UnusableRecipeError, find_recipe
from rr_tasks.storage.failure import MissingFileError
from schemas.recipe import EDGE_DEFAULT, RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_a_name_and_what_is_printed_can_be_read(name: str, tmp_path: Path) -> None:
    file = tmp_path / "printed.json"
    file.write_text(find_recipe(name).model_dump_json(indent=2, exclude_none=True))
    assert find_recipe(name) is RECIPES[name]
    assert find_recipe(str(file)) == RECIPES[name]


def test_what_a_file_leaves_out_is_that_of_the_default(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"name": "mine", "depth": {"files": true, "model": {"name": "a/depth"}}}')
    found = find_recipe(str(file))
    assert found.depth is not None
    assert found.depth.files
    assert found.depth.model is not None
    assert found.depth.model.name == "a/depth"
    plain = found.model_copy(update={"depth": None, "name": "edge-default", "algorithm": 5})
    assert plain == EDGE_DEFAULT


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnusableRecipeError, match=r"no recipe edge-v3; name one of edge-default,"):
        find_recipe("edge-v3")


def test_a_secret_in_a_name_is_not_repeated() -> None:
    with pytest.raises(UnusableRecipeError, match="must not hold keys") as caught:
        find_recipe("https://example.org/mine?sig=hush")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({}, r"mine\.json: name: Field required"),
        ({"name": "x", "haze": {"colour": 1}}, r"mine\.json: haze\.colour: Extra inputs"),
        ({"name": "x", "severity": {"low": 9, "high": 1}}, r"mine\.json: severity: .*low \(9"),
        ({"name": "../x"}, r"mine\.json: name: '\.\./x' begins the name of a folder"),
        ({"name": "x", "algorithm": 3}, r"mine\.json: algorithm: .* no longer those of 3"),
        ({"name": "x", "severity": {"low": 5.0, "high": 200.0}}, r"mine\.json: severity: .*200"),
        ({"name": "x", "rain": {"severity": {"low": -1, "high": 9}}}, r": rain\.severity: -1"),
        ({"name": "x", "jpeg": {"quality": [90, 80]}}, r"mine\.json: jpeg\.quality: 90 to 80"),
        (
            {"name": "x", "alternatives": [{"name": "y"}, {"name": "z", "algorithm": 1}]},
            r": alternatives\.1\.algorithm: .* no longer those of 1",
        ),
        (
            {"name": "x", "alternatives": [{"name": "y", "alternatives": [{"name": "z"}]}]},
            r": alternatives\.0: it has alternatives of its own",
        ),
        (
            {"name": "x", "sampling": "grid", "alternatives": [{"name": "y"}]},
            r": alternatives: .* a grid has none",
        ),
        (
            {"name": "x", "alternatives": [{"name": "y"}, {"name": "z", "sampling": "grid"}]},
            r": alternatives: .* a grid has none",
        ),
        ({"name": "x", "types": ["haze", "snow"]}, r": types: .* 'snow'; name some of haze, blur"),
        ({"name": "x", "types": ["haze", "haze"]}, r": types: name each type once"),
        ({"name": "x", "types": []}, r": types: .* at least one"),
        ("no JSON", r"mine\.json: Invalid JSON"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(content: Any, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(UnusableRecipeError, match=complaint):
        find_recipe(str(file))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"mine\.json"):
        find_recipe(str(tmp_path / "mine.json"))
