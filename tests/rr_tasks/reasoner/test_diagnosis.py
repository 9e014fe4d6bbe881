from collections.abc import Sequence

import numpy as np
import pytest

from rr_tasks.reasoner.diagnosis import UndiagnosedError, diagnose, diagnose_each, expect_each
from rr_tasks.reasoner.protocol import Answer, Unparsed
from schemas.errors import ExpectedError
from schemas.prior.current import DiagnosticPrior
from tests.reasoners import RAMBLING, RuleReasoner


def grey(level: int, side: int = 16) -> np.ndarray:
    return np.full((side, side, 3), level, np.uint8)


def test_one_photograph_that_fails_does_not_take_its_batch_along() -> None:
    reasoner = RuleReasoner()
    pale, tiny, dark, plain = diagnose_each(
        reasoner, [grey(200), grey(200, side=4), grey(20), grey(150)]
    )
    assert isinstance(pale, DiagnosticPrior)
    assert pale.order == ("haze",)
    assert tiny == Unparsed("ArithmeticError: too small to divide")
    assert dark == Unparsed("no JSON object", RAMBLING)
    assert isinstance(plain, DiagnosticPrior)
    assert reasoner.batches == [4, 1, 1, 1, 1]


@pytest.mark.parametrize("error", [ConnectionError("down"), ExpectedError("the key is refused")])
def test_what_no_photograph_is_the_reason_of_is_passed_on(error: Exception) -> None:
    class Refused(RuleReasoner):
        def diagnose_all(self, images: Sequence[np.ndarray]) -> list[Answer]:
            raise error

    with pytest.raises(type(error), match=str(error)):
        diagnose_each(Refused(), [grey(150), grey(150)])


def test_a_photograph_of_16_bits_is_shown_as_8_bits() -> None:
    wide = grey(200).astype(np.uint16) * 257
    assert diagnose(RuleReasoner(), wide) == diagnose(RuleReasoner(), grey(200))


@pytest.mark.parametrize(
    ("image", "reason"), [(grey(20), "no JSON object"), (grey(20, side=4), "ArithmeticError: too")]
)
def test_a_photograph_without_a_diagnosis_is_an_error_with_the_reason(
    image: np.ndarray, reason: str
) -> None:
    with pytest.raises(UndiagnosedError, match=f"^the reasoner has no diagnosis of it: {reason}"):
        diagnose(RuleReasoner(), image)


def test_severities_that_cannot_be_told_are_not_zero() -> None:
    class Frail(RuleReasoner):
        def expected_severities(self, images: Sequence[np.ndarray]) -> np.ndarray:
            if any(min(image.shape[:2]) < 8 for image in images):
                raise ArithmeticError
            return super().expected_severities(images)

    rows = expect_each(Frail(), [grey(204), grey(20), grey(204, side=4)])
    assert rows[0].tolist() == [80.0, 0.0, 0.0, 0.0]
    assert np.isnan(rows[1:]).all()
