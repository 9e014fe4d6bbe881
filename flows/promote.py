"""A candidate restorer and the champion -> the better one stays in use."""

from pathlib import Path

from prefect import flow

from flows.artifacts import publish_note
from flows.evaluate import evaluate
from flows.launch import launch, task_runner
from rr_tasks.evaluation.promotion import Verdict, champion_path, compare
from rr_tasks.evaluation.promotion import promote as replace_champion
from schemas.parameters import PromoteParameters


@flow(name="promote", task_runner=task_runner())
def promote(parameters: PromoteParameters) -> Verdict:
    """Evaluate both on the same held-out photographs; promote only a candidate that is better."""
    folder, candidate = Path(parameters.champions), Path(parameters.candidate)
    champion = champion_path(folder, "edge-restorer")
    trials = [
        launch(evaluate, parameters.evaluation.model_copy(update={"restorer": str(path)}))
        for path in (champion, candidate)
    ]
    verdict = compare(trials[0].rows, trials[1].rows)
    if verdict.promoted:
        replace_champion(candidate, folder, "edge-restorer", verdict)
    publish_note("verdict", f"**{verdict.reason}**")
    return verdict
