import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tasks.degrade.showers import shower_map
from schemas.base import Range
from schemas.ranges import RainRecipe, ShowerRecipe
from tests.physics import add_rain

RAIN = RainRecipe(shower=ShowerRecipe())
FAR = np.ones((160, 200), np.float32)


def fixed(value: float) -> Range:
    return Range(low=value, high=value)


def axis_of(streaks: np.ndarray) -> float:
    down, right = np.gradient(streaks)
    up = -down
    mixed = (right * up).mean()
    tensor = np.array([[(right**2).mean(), mixed], [mixed, (up**2).mean()]])
    along = np.linalg.eigh(tensor)[1][:, 0]
    return float(np.degrees(np.arctan2(along[1], along[0])) % 180)


@given(level=st.floats(10.0, 100.0), seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_a_shower_has_the_severity_asked_for_on_any_scene(level: float, seed: int) -> None:
    content = np.random.default_rng(seed)
    scene = content.random((160, 200, 3), dtype=np.float32)
    depth = np.tile(np.linspace(0, 1, 200, dtype=np.float32) ** content.uniform(0.3, 3), (160, 1))
    _, rain = add_rain(scene, depth, level, RAIN, np.random.default_rng(seed))
    _, more = add_rain(scene, depth, min(1.2 * level, 100.0), RAIN, np.random.default_rng(seed))
    assert rain.severity == pytest.approx(level, rel=0.05)
    assert level > 95 or more.severity > rain.severity
    assert rain.parameters is not None
    p = rain.parameters
    assert RAIN.length.low * 160 <= p.length_px <= RAIN.length.high * 160
    assert RAIN.opacity.low <= p.opacity <= RAIN.opacity.high


def test_streaks_converge() -> None:
    recipe = ShowerRecipe(convergence=fixed(0.6), gusts=fixed(0.0), jitter_deg=0.0)
    streaks = shower_map(
        np.ones((256, 256), np.float32),
        0.1,
        length=24.0,
        angle_deg=90.0,
        recipe=recipe,
        rng=np.random.default_rng(0),
    )
    left, right = axis_of(streaks[:, :64]), axis_of(streaks[:, -64:])
    assert abs(left - right) > 10
    assert axis_of(streaks[:, 96:160]) == pytest.approx(90, abs=4)


def test_far_streaks_hide_behind_what_is_near() -> None:
    near = FAR.copy()
    near[:, :100] = 0.0
    open_air, hidden = (
        shower_map(
            depth,
            0.1,
            length=16.0,
            angle_deg=90.0,
            recipe=ShowerRecipe(gusts=fixed(0.0)),
            rng=np.random.default_rng(3),
        )
        for depth in (FAR, near)
    )
    assert hidden[:, :100].mean() < 0.8 * hidden[:, 100:].mean()
    assert open_air[:, :100].mean() > 0.8 * open_air[:, 100:].mean()
    assert hidden[:, :100].sum() > 0
    assert hidden.mean() > 0.75 * open_air.mean()


def test_gusts_gather_the_drops() -> None:
    def unevenness(gusts: float) -> float:
        recipe = ShowerRecipe(gusts=fixed(gusts))
        maps = [
            shower_map(
                np.ones((256, 256), np.float32),
                0.1,
                length=10.0,
                angle_deg=90.0,
                recipe=recipe,
                rng=np.random.default_rng(s),
            )
            for s in range(4)
        ]
        blocks = np.array([one.reshape(8, 32, 8, 32).mean((1, 3)) for one in maps])
        return float((blocks.std((1, 2)) / blocks.mean((1, 2))).mean())

    assert unevenness(1.0) > 1.5 * unevenness(0.0)
