import pytest

from rr_tasks.summary.lineage import name_candidate
from schemas.promotion import Verdict


@pytest.mark.parametrize(
    ("promoted", "already", "name"),
    [
        (True, False, "Candidate, put into use"),
        (False, True, "Candidate, in use already"),
        (False, False, "Candidate, not in use"),
    ],
)
def test_a_candidate_is_named_by_what_became_of_it(
    promoted: bool, already: bool, name: str
) -> None:
    verdict = Verdict(
        promoted=promoted,
        already=already,
        reason="why",
        champion_psnr=22.0,
        candidate_psnr=22.5,
    )
    assert name_candidate(verdict) == name
