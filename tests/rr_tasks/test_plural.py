import pytest

from rr_tasks.plural import say_count


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 photographs"),
        (1, "1 photograph"),
        (2, "2 photographs"),
        (12_000, "12,000 photographs"),
    ],
)
def test_a_noun_agrees_with_its_number(number: int, said: str) -> None:
    assert say_count(number, "photograph") == said


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert say_count(1, "diagnosis", "diagnoses") == "1 diagnosis"
    assert say_count(2, "diagnosis", "diagnoses") == "2 diagnoses"
