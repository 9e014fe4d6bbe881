from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from flows.cli import app
from rr_tasks.degrade.sheet import LOOKS, draw_sheet
from rr_tasks.degrade.subject import SEVERITIES, UnusableSampleError, draw_subjects
from schemas.recipe import (
    AGENTICIR,
    CDD11,
    EDGE_V2,
    RECIPES,
    DegradationRecipe,
    PartialRecipe,
)

SMALL = EDGE_V2.model_copy(update={"size": 64})


def rows_of(sheet: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(sheet, np.uint8), cv2.IMREAD_COLOR).astype(float)
    rows, columns = 4 * LOOKS + 1, 1 + len(SEVERITIES)
    height, width = image.shape[0] // rows, image.shape[1] // columns
    assert image.shape[:2] == (rows * height, columns * width)
    caption = height - width
    return image.reshape(rows, height, columns, width, 3).transpose(0, 2, 1, 3, 4)[:, :, caption:]


def test_rows_become_worse_from_left_to_right(photographs: Path) -> None:
    pictures = rows_of(draw_sheet(str(photographs), SMALL, 0))
    for clean, *degraded in pictures:
        change = [np.abs(one - clean).mean() for one in degraded]
        assert change[1] < change[3]
        assert change[-1] > 2 * change[0]


def test_alternatives_take_turns_by_row(photographs: Path) -> None:
    grey = SMALL.model_copy(update={"haze": SMALL.haze.model_copy(update={"tint": 1.0})})
    both = SMALL.model_copy(update={"alternatives": (SMALL, grey)})
    pictures, plain = (rows_of(draw_sheet(str(photographs), one, 0)) for one in (both, SMALL))
    assert [np.array_equal(*pair) for pair in zip(pictures, plain, strict=True)][:3] == [
        True,
        False,
        True,
    ]


def test_no_row_is_partly_restored_because_captions_name_whole_severities(
    photographs: Path,
) -> None:
    partial = SMALL.model_copy(update={"partial": PartialRecipe(probability=1.0)})
    assert draw_sheet(str(photographs), partial, 0) == draw_sheet(str(photographs), SMALL, 0)


@pytest.mark.parametrize("recipe", [AGENTICIR, CDD11], ids=lambda recipe: recipe.name)
def test_captions_say_how_severe_published_formulas_are(
    recipe: DegradationRecipe, photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(cv2, "putText", lambda _, text, *__: said.append(text))
    small = recipe.model_copy(update={"size": 64})
    draw_sheet(str(photographs), small, 0)
    rows = [said[at + 1 : at + 1 + len(SEVERITIES)] for at in range(0, len(said), 5)]
    types = recipe.all_types()
    alone = [(name,) for name in types for _ in range(LOOKS)]
    subjects = draw_subjects(str(photographs), small, 0)
    for row, shown, subject in zip(rows, [*alone, types], subjects, strict=False):
        for caption, place in zip(row, SEVERITIES, strict=True):
            found = subject.degrade(shown, place).findings
            severities = "/".join(f"{found[name].severity:.0f}" for name in shown)
            assert caption.split()[-1] == severities
    assert "haze 100" not in said


def test_the_seed_decides(photographs: Path) -> None:
    one, again, other = (draw_sheet(str(photographs), SMALL, seed) for seed in (0, 0, 1))
    assert one == again != other


def test_an_unusable_photograph_is_named(tmp_path: Path) -> None:
    (tmp_path / "letter.png").write_bytes(b"Dear photograph")
    with pytest.raises(UnusableSampleError, match=r"letter\.png: the file is not an image"):
        draw_sheet(str(tmp_path), SMALL, 0)


def test_the_command_shows_a_recipe_or_draws_its_sheet(photographs: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["recipe", "edge-v2"])
    assert DegradationRecipe.model_validate_json(shown.output) == RECIPES["edge-v2"]
    sheet = tmp_path / "sheet.jpg"
    drawn = CliRunner().invoke(
        app, ["recipe", "--sheet", str(sheet), "--photographs", str(photographs)]
    )
    assert drawn.exit_code == 0, drawn.output
    assert cv2.imread(str(sheet)) is not None
