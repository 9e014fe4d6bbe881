"""A candidate restorer and the champion -> the better of them, in use from then on."""

from flows.evaluate import Evaluation, evaluate
from flows.host import host
from rr_tasks.evaluation.promotion import Verdict, champion_url, compare
from rr_tasks.evaluation.promotion import promote as replace_champion
from schemas.parameters.promotion import PromoteParameters
from schemas.restorer import EdgeRestorerChoice


def promote(parameters: PromoteParameters) -> Verdict:
    """Evaluate both on the same held-out photographs; promote only a candidate that is better."""
    champion = champion_url(parameters.champions, "edge-restorer")
    # The candidate comes first, because weights that cannot be used should be known early.
    candidate, best = (_evaluate(parameters, url) for url in (parameters.candidate, champion))
    verdict = compare(best.rows, candidate.rows)
    if verdict.promoted:
        replace_champion(parameters.candidate, parameters.champions, "edge-restorer", verdict)
    host().publish_note("verdict", f"**{verdict.reason}**")
    return verdict


def _evaluate(parameters: PromoteParameters, weights: str) -> Evaluation:
    restorer = EdgeRestorerChoice(weights=weights)
    return host().run_stage(
        evaluate, parameters.evaluation.model_copy(update={"restorer": restorer})
    )
