"""Prefect tasks: one training run each, resumed from its checkpoint when it is run again."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from rr_tasks.training.loop import ProgressReport
from rr_tasks.training.run import run_reasoner_training, run_restorer_training
from schemas.parameters import TrainReasonerParameters, TrainRestorerParameters


@task(name="train reasoner", cache_policy=NO_CACHE)
def train_reasoner_task(parameters: TrainReasonerParameters, on_progress: ProgressReport) -> str:
    """See `rr_tasks.training.run.run_reasoner_training`."""
    return run_reasoner_training(parameters, on_progress)


@task(name="train restorer", cache_policy=NO_CACHE)
def train_restorer_task(parameters: TrainRestorerParameters, on_progress: ProgressReport) -> str:
    """See `rr_tasks.training.run.run_restorer_training`."""
    return run_restorer_training(parameters, on_progress)
