import pytest

from rr_tasks.training.settings import choose_settings
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.training import LoopSettings


def settings(steps: int) -> LoopSettings:
    wishes = TrainRestorerParameters(
        shards="shards", annotations="annotations", output="run", steps=steps, seed=3
    )
    return choose_settings(wishes, warmup_steps=200)


def test_the_average_follows_a_short_run_and_is_slow_in_a_long_one() -> None:
    decay = settings(60).ema_decay
    drift = sum(decay**age * (1 - decay) * (60 - age) for age in range(60)) / 60
    assert drift > 0.5
    assert settings(8000).ema_decay == pytest.approx(0.999)
    assert settings(100_000).ema_decay == 0.999


def test_a_short_run_is_not_all_warm_up() -> None:
    assert settings(60).warmup_steps == 6
    assert settings(8000).warmup_steps == 200
    assert settings(1).ema_decay == 0.0


def test_the_rest_is_what_the_user_says() -> None:
    chosen = settings(60)
    assert (chosen.steps, chosen.batch_size, chosen.learning_rate) == (60, 8, 1e-3)
    assert (chosen.accumulate, chosen.seed) == (1, 3)
