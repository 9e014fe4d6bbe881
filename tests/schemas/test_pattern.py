import pytest
from pydantic import ValidationError

from schemas.archive import RestoreParameters
from schemas.pattern import parse_patterns


def test_patterns_are_those_of_gitignore_and_a_hash_is_a_name() -> None:
    patterns = parse_patterns(("#recycle/", "*.png", "/top"))
    matched = [
        path for path in ("#recycle/a", "a/b.png", "top", "a/top") if patterns.match_file(path)
    ]
    assert matched == ["#recycle/a", "a/b.png", "top"]


@pytest.mark.parametrize("useless", ["", " ", "!", "/", "["])
def test_a_pattern_that_can_match_nothing_is_refused(useless: str) -> None:
    with pytest.raises(ValidationError, match=r"matches nothing; write patterns as in \.gitignore"):
        RestoreParameters(input="a", output="b", exclude=(useless,))
