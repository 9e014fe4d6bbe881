from flows.pace import Pace, Rate


class Clock:
    """A clock that stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_pace_and_time_left_follow_from_what_was_done_since_the_first_report() -> None:
    clock = Clock()
    pace = Pace(1000, clock)
    assert pace.describe(400) == "400 of 1,000"
    clock.now = 10.0
    assert pace.describe(500) == "500 of 1,000, 10/s, 0:00:50 left"
    clock.now = 60.0
    assert pace.describe(1000) == "1,000 of 1,000, 10/s, 0:00:00 left"
    assert pace.conclude() == "1,000 of 1,000, done in 0:01:00"


def test_nothing_is_foretold_while_nothing_happens() -> None:
    clock = Clock()
    pace = Pace(10, clock)
    assert pace.describe(0) == "0 of 10"
    clock.now = 8.0
    assert pace.describe(0) == "0 of 10"


def test_a_rate_is_that_of_the_last_minute() -> None:
    clock = Clock()
    rate, done = Rate(clock), 0
    for second in range(200):
        clock.now = float(second)
        done += 1 if second < 100 else 5
        found = rate(done)
    assert found == 5.0
