"""Every stage that writes begins by clearing away what a dead writer left in its folder."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import flows.evaluate
from rr_tasks.degrade.archive import export_archive
from rr_tasks.evaluation.champion import promote
from rr_tasks.evaluation.tasks import evaluate_shard_task
from rr_tasks.photographs.listing import list_photographs
from rr_tasks.reasoner.annotation import open_annotations
from rr_tasks.shards.migration import open_migrated
from rr_tasks.shards.spec import open_dataset, read_data_spec
from rr_tasks.storage import leftovers
from rr_tasks.storage.files import join
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.training import run
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.promotion import Verdict
from schemas.reasoner import ReasonerIdentity
from schemas.restorer import EdgeRestorerChoice
from schemas.shard import AnnotationSpec, spec_hash
from tests.s3 import S3


class NotNeededError(Exception):
    """The rest of a stage."""


@pytest.fixture
def stages(
    dataset: str, photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Callable[[str], str]]:
    """How each stage begins below a URL; gives the folder it writes to."""
    spec: Any = read_data_spec(dataset)
    annotations = AnnotationSpec(
        source=spec_hash(spec), reasoner=ReasonerIdentity(kind="edge", weights_sha256="a" * 64)
    )
    verdict = Verdict(promoted=True, reason="better", champion_psnr=1.0, candidate_psnr=2.0)
    monkeypatch.setattr(run, "train_reasoner", lambda *_, **__: None)

    def promoted(root: str) -> str:
        promote(EdgeRestorerChoice(), root, verdict)
        return root

    def trained(root: str) -> str:
        parameters = TrainReasonerParameters(shards=dataset, output=root, steps=1)
        run.run_reasoner_training(parameters, lambda *_: None)
        return root

    def evaluated(root: str) -> str:
        folders: list[str] = []

        def shared(task: Any, *arguments: Any, **_: Any) -> None:
            if task is evaluate_shard_task:
                folders.append(arguments[2])
                raise NotNeededError

        monkeypatch.setattr(flows.evaluate, "share_shards", shared)
        with suppress(NotNeededError):
            parameters = EvaluateParameters(photographs=str(photographs), output=root)
            flows.evaluate.evaluate(parameters)
        return folders[0]

    return {
        "synthesize": lambda root: open_dataset(root, spec, list_photographs(str(photographs))),
        "annotate": lambda root: open_annotations(root, annotations),
        "migrate": lambda root: open_migrated(root, spec),
        "export": lambda root: export_archive(dataset, root),
        "promote": promoted,
        "train": trained,
        "evaluate": evaluated,
    }


STAGES = ("synthesize", "annotate", "migrate", "export", "promote", "train", "evaluate")


@pytest.mark.parametrize("stage", STAGES)
def test_old_uploads_are_aborted_and_those_of_a_living_run_are_not(
    s3: S3, stages: dict[str, Callable[[str], str]], stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = stages[stage]
    folder = begin(s3.url)
    upload(join(folder, "00007.tar"))
    begin(s3.url)
    assert uploads(folder) == 1
    monkeypatch.setattr(leftovers, "STALE", timedelta(0))
    begin(s3.url)
    assert uploads(folder) == 0


def upload(url: str) -> None:
    """Begin an upload in parts and leave it."""
    filesystem, path = filesystem_of(url)
    bucket, key, _ = filesystem.split_path(path)
    begun = filesystem.call_s3("create_multipart_upload", Bucket=bucket, Key=key)
    part = {"Bucket": bucket, "Key": key, "UploadId": begun["UploadId"], "PartNumber": 1}
    filesystem.call_s3("upload_part", **part, Body=b"x" * 1000)


def uploads(folder: str) -> int:
    filesystem, path = filesystem_of(folder)
    bucket, prefix, _ = filesystem.split_path(path)
    found = filesystem.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=prefix)
    return len(found.get("Uploads", ()))
