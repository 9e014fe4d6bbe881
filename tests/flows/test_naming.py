"""Names and tags of runs."""

from pathlib import Path

from prefect.utilities.callables import parameter_schema
from pydantic import BaseModel

from flows import deployments
from flows.naming import ABOUT, name_run, name_task_run, tag_run
from rr_tasks.archive.tasks import restore_chunk_task
from rr_tasks.degrade.tasks import synthesize_shard_task
from rr_tasks.weights.file import hash_weights, locate_shipped
from schemas.archive import Chunk, RestoreParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.pipeline import PipelineParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.restorer import EdgeRestorerChoice, QwenRestorerChoice


def test_every_flow_that_is_deployed_says_what_its_runs_are_about() -> None:
    named = {kind.__name__ for kind in ABOUT}
    for flow in (getattr(deployments, stage) for stage in deployments.MODULES):
        reference = parameter_schema(flow).properties["parameters"]["$ref"]
        assert reference.rpartition("/")[2] in named, flow.name


def test_a_run_is_named_for_what_it_does() -> None:
    asked = RestoreParameters(input="s3://photos", output="s3://archive/restored")
    assert name_run("restore", asked) == "restore s3://photos -> restored"
    deep = RestoreParameters(input=f"/{'a' * 60}/2019/summer", output="out")
    assert name_run("restore", deep) == "restore .../2019/summer -> out"
    odd = RestoreParameters(input="a\nb", output="out")
    assert name_run("restore", odd) == "restore a\\nb -> out"


def test_evaluations_are_told_apart_by_role_and_weights(tmp_path: Path) -> None:
    asked = EvaluateParameters(photographs="p", output="o")
    digits = hash_weights(locate_shipped("edge-restorer"))[:6]
    assert name_run("evaluate", asked, "champion") == f"evaluate champion {digits}"
    missing = EdgeRestorerChoice(weights=str(tmp_path / "gone.safetensors"))
    named = name_run("evaluate", asked.model_copy(update={"restorer": missing}), "candidate")
    assert named == "evaluate candidate gone.safetensors"


def test_a_task_run_is_named_for_its_shard_or_chunk() -> None:
    assert name_task_run(synthesize_shard_task, 3) == "synthesize shard 00003"
    assert name_task_run(restore_chunk_task, Chunk(id="00012")) == "restore chunk 00012"


def test_tags_are_the_stage_the_tiers_and_the_archive() -> None:
    qwen = QwenRestorerChoice(model="Qwen/Qwen-Image-Edit")
    asked = RestoreParameters(input="/data/holidays/", output="out", restorer=qwen)
    assert tag_run("restore", asked) == [
        "stage:restore",
        "tier:edge",
        "tier:qwen",
        "archive:holidays",
    ]
    whole = PipelineParameters(photographs="p", heldout="h", output="o")
    assert tag_run("pipeline", whole) == ["stage:pipeline", "tier:edge"]
    learning = TrainRestorerParameters(shards="s", annotations="a", output="o")
    assert tag_run("train-restorer", learning) == ["stage:train-restorer", "tier:edge"]


def test_parameters_of_no_stage_have_a_name_all_the_same() -> None:
    class Other(BaseModel):
        pass

    assert name_run("roll-back", Other()) == "roll back"
    assert tag_run("other", Other()) == ["stage:other"]
