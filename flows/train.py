"""Shards and annotations -> the weights of the reasoner and the restorer."""

from flows.host import host
from flows.markdown import SHEET_SIDE
from flows.progress import follow
from flows.shards import run_alone
from flows.verify import verify_shards
from rr_tasks.evaluation.diagnosis.tasks import train_language_task
from rr_tasks.inspection.data_uri import shrink_picture
from rr_tasks.plural import say_count
from rr_tasks.storage.files import join, list_files, read_bytes
from rr_tasks.training.run import check_reasoner_training, check_restorer_training
from rr_tasks.training.tasks import train_editor_task, train_reasoner_task, train_restorer_task
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.parameters.restorer_training import TrainRestorerParameters


def train_reasoner(parameters: TrainReasonerParameters) -> str:
    """Train the reasoner on the ground truth of synthesized shards; return its weights."""
    check_reasoner_training(parameters)
    if parameters.verify:
        verify_shards(parameters.shards)
    with follow("Train reasoner", parameters.steps):
        return _conclude(run_alone(train_reasoner_task, parameters), parameters.steps)


def train_restorer(parameters: TrainRestorerParameters) -> str:
    """Train the restorer on shards and their annotations; return its weights."""
    check_restorer_training(parameters)
    if parameters.verify:
        verify_shards(parameters.shards)
        verify_shards(parameters.annotations)
    with follow("Train restorer", parameters.steps):
        gpu = parameters.teacher is not None
        return _conclude(run_alone(train_restorer_task, parameters, gpu=gpu), parameters.steps)


def train_editor(parameters: TrainEditorParameters) -> str:
    """Adapt a model of Qwen to shards and their annotations; return the file of the adapter."""
    # Late, because only this needs diffusers and peft.
    from rr_tasks.training.editor import SAMPLES, check_editor_training  # noqa: PLC0415

    check_editor_training(parameters)
    if parameters.verify:
        verify_shards(parameters.shards)
        verify_shards(parameters.annotations)
    with follow("Train editor", parameters.steps):
        adapter = run_alone(train_editor_task, parameters, gpu=True)
    last = max(list_files(join(parameters.output, SAMPLES)), default=None)
    if last is not None:
        picture = shrink_picture(read_bytes(last), SHEET_SIDE)
        host().publish_note("samples", f"![samples]({picture})", "Degraded, restored, clean")
    return _conclude(adapter, parameters.steps)


def train_language(parameters: TrainLanguageParameters) -> str:
    """Teach a vision-language model the ground truth of shards; return the folder of it."""
    # Late, because only this needs transformers and peft.
    from rr_tasks.training.language_run import check_language_training  # noqa: PLC0415

    check_language_training(parameters)
    if parameters.verify:
        verify_shards(parameters.shards)
    with follow("Train language", parameters.steps):
        learned = run_alone(train_language_task, parameters, gpu=True)
    return _conclude(learned, parameters.steps)


def _conclude(learned: str, steps: int) -> str:
    host().conclude(f"{say_count(steps, 'step')} made {learned}")
    return learned
