import pytest
from pydantic import ValidationError

from schemas.archive import ChunkCounts, Counts, RestoreParameters


def test_parameters_come_from_a_form_or_from_json() -> None:
    from_form = RestoreParameters.model_validate({"input": "a", "output": "b", "keep": ["haze"]})
    from_json = RestoreParameters.model_validate_json(from_form.model_dump_json())
    assert from_form == from_json
    assert from_form.keep == ("haze",)
    assert from_form.threshold == 10.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"input": ""},
        {"keep": ["fog"]},
        {"threshold": 101.0},
        {"chunk_size": 0},
        {"previews": 25},
        {"max_pixels": 0},
        {"colour": "blue"},
    ],
)
def test_wrong_parameters_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        RestoreParameters.model_validate({"input": "a", "output": "b", **wrong})


def test_counts_add_up() -> None:
    chunk = ChunkCounts(chunk="00000", found=4, restored=1, clean=1, skipped=1, failed=1)
    total = sum([chunk, chunk], Counts())
    assert total == Counts(restored=2, clean=2, skipped=2, failed=2)
    assert total.total == 8
