from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.archive.reasons import count_reasons


def test_numbers_and_details_do_not_tell_kinds_apart() -> None:
    reasons = ["it has 300,000,000 pixels; more than 2", "it has 7 pixels", "no image: cut off"]
    assert count_reasons(reasons) == {"it has N pixels": 2, "no image": 1}


@given(st.lists(st.text(max_size=9)))
def test_every_failure_is_counted_once_and_kinds_are_few(reasons: list[str]) -> None:
    counted = count_reasons(reasons)
    assert Counter(counted).total() == len(reasons)
    assert len(counted) <= 21
