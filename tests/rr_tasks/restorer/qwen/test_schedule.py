import pytest
import torch

from rr_tasks.restorer.qwen.schedule import Schedule
from rr_tasks.toys.editor import SCHEDULER

QWEN = Schedule(SCHEDULER)


def test_a_walk_goes_from_one_to_zero_past_the_terminal_time() -> None:
    for steps in (1, 2, 4, 40):
        times = QWEN.times(4096, steps)
        assert (times[0], times[-1], len(times)) == (1.0, 0.0, steps + 1)
        assert times == sorted(times, reverse=True)
        assert steps == 1 or times[-2] == pytest.approx(0.02)


def test_the_shift_is_on_the_published_line() -> None:
    assert QWEN.shift(256) == pytest.approx(0.5)
    assert QWEN.shift(8192) == pytest.approx(0.9)
    assert QWEN.shift(4096) == pytest.approx(0.5 + 0.4 * 3840 / 7936)


def test_training_warps_times_as_the_walk_does_but_for_its_stretch() -> None:
    even = torch.linspace(1.0, 0.25, 4)
    unstretched = Schedule({**SCHEDULER, "shift_terminal": None})
    walked = torch.tensor(unstretched.times(1024, 4)[:-1])
    assert torch.allclose(QWEN.warp(even, 1024), walked, atol=1e-6)


def test_a_fixed_shift_knows_no_tokens() -> None:
    fixed = Schedule({"shift": 3.0, "use_dynamic_shifting": False})
    assert fixed.times(10, 4) == fixed.times(10_000, 4)
    t = torch.tensor([0.5])
    assert fixed.warp(t, 7).tolist() == pytest.approx([0.75])
