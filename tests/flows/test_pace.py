from flows.pace import Pace


def test_pace_and_time_left_follow_from_what_was_done_since_the_first_report() -> None:
    pace = Pace(1000)
    assert pace.describe(400, 50.0) == "400 of 1,000"
    assert pace.describe(500, 60.0) == "500 of 1,000, 10/s, 0:00:50 left"
    assert pace.describe(1000, 110.0) == "1,000 of 1,000, 10/s, 0:00:00 left"


def test_nothing_is_foretold_while_nothing_happens() -> None:
    pace = Pace(10)
    assert pace.describe(0, 1.0) == "0 of 10"
    assert pace.describe(0, 9.0) == "0 of 10"
    assert Pace(3).describe(1, 5.0) == "1 of 3"
