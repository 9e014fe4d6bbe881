"""Shards and annotations -> the weights of the reasoner and the restorer."""

from flows.progress import follow
from flows.shards import run_alone
from flows.verify import verify_shards
from rr_tasks.training.run import check_reasoner_training, check_restorer_training
from rr_tasks.training.tasks import train_reasoner_task, train_restorer_task
from schemas.parameters import TrainReasonerParameters, TrainRestorerParameters


def train_reasoner(parameters: TrainReasonerParameters) -> str:
    """Train the reasoner on the ground truth of synthesized shards; return its weights."""
    check_reasoner_training(parameters)
    if parameters.verify:
        verify_shards(parameters.shards)
    with follow("Train reasoner", parameters.steps):
        return run_alone(train_reasoner_task, parameters)


def train_restorer(parameters: TrainRestorerParameters) -> str:
    """Train the restorer on shards and their annotations; return its weights."""
    check_restorer_training(parameters)
    if parameters.verify:
        verify_shards(parameters.shards)
        verify_shards(parameters.annotations)
    with follow("Train restorer", parameters.steps):
        return run_alone(train_restorer_task, parameters)
