from collections import Counter
from typing import get_args

import numpy as np
import pytest

from rr_tasks.degrade.lookalikes.choice import draw_kind, imitate
from schemas.lookalike import LookalikeKind, LookalikeRecipe

KINDS = get_args(LookalikeKind)
RECIPE = LookalikeRecipe(probability=0.5)


def test_kinds_are_drawn_equally_often_and_none_without_a_recipe() -> None:
    rng = np.random.default_rng(0)
    drawn = Counter(draw_kind(RECIPE, rng) for _ in range(5000))
    assert drawn[None] == pytest.approx(2500, abs=150)
    assert all(drawn[kind] == pytest.approx(500, abs=100) for kind in KINDS)
    assert draw_kind(None, rng) is None


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"background"}))
def test_a_lookalike_follows_from_its_seed_and_is_not_the_photograph(
    kind: LookalikeKind, scene: np.ndarray
) -> None:
    before = scene.copy()
    first, again, other = (
        imitate(scene, kind, RECIPE, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, scene)
    assert first.shape == scene.shape
    assert first.dtype == np.uint8
    assert np.array_equal(scene, before)
