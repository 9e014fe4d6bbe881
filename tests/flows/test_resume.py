"""A stage that is run again after its end looks around, and neither reads inputs nor runs tasks."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from flows.annotate import annotate
from flows.assess import assess
from flows.evaluate import evaluate
from flows.export import export_hf, export_messages
from flows.ingest import ingest
from flows.launch import launch
from flows.runner import Threads
from flows.synthesize import synthesize
from rr_tasks.storage import identity
from schemas.parameters.annotation import AnnotateParameters
from schemas.parameters.assessment import AssessParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.export import ExportHfParameters, ExportMessagesParameters
from schemas.parameters.ingest import IngestParameters
from schemas.parameters.synthesis import SynthesizeParameters
from tests.pairs import lay_out
from tests.s3 import READER_KEY, READER_SECRET, S3

Stage = Callable[[], object]


@pytest.fixture
def stages(photographs: Path, heldout: Path, dataset: str, tmp_path: Path) -> dict[str, Stage]:
    pairs, output = str(tmp_path / "pairs"), str(tmp_path / "out")
    lay_out(pairs, "sidd", photographs)
    for folder in (Path(pairs), photographs, heldout):
        for path in folder.rglob("*.*"):
            os.utime(path, ns=(10**18, 10**18))
    clean = str(photographs)
    made = SynthesizeParameters(photographs=clean, output=output, samples=4, shard_size=2)
    taken = IngestParameters(layout="sidd", folder=pairs, output=output, shard_size=2)
    tags = ExportMessagesParameters(shards=dataset, output=f"{output}/tags", dialect="tags")
    trl = ExportMessagesParameters(shards=dataset, output=f"{output}/trl", dialect="trl")
    hub = ExportHfParameters(shards=dataset, output=f"{output}/hub", split="train")
    found = AnnotateParameters(shards=dataset, output=output)
    judged = EvaluateParameters(photographs=str(heldout), output=output)
    measured = AssessParameters(
        photographs=str(heldout),
        output=output,
        sources=("edge-v2",),
        rounds=1,
        short_sides=(64,),
    )
    return {
        "synthesize": lambda: launch(synthesize, made),
        "ingest": lambda: launch(ingest, taken),
        "annotate": lambda: launch(annotate, found),
        "export hf": lambda: launch(export_hf, hub),
        "export tags": lambda: launch(export_messages, tags),
        "export trl": lambda: launch(export_messages, trl),
        "evaluate": lambda: launch(evaluate, judged).folder,
        "assess": lambda: launch(assess, measured).page,
    }


@pytest.mark.parametrize(
    "name",
    [
        "synthesize",
        "ingest",
        "annotate",
        "export hf",
        "export tags",
        "export trl",
        "evaluate",
        "assess",
    ],
)
def test_nothing_is_done_twice(
    stages: dict[str, Stage], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    work: list[object] = []
    run, read = Threads.run, identity.read_each

    def noted_run(threads: Threads, task: Any, numbers: Sequence[int], *others: Any) -> Any:
        work.extend(numbers)
        return run(threads, task, numbers, *others)

    def noted_read(urls: Sequence[str]) -> Any:
        work.extend(urls)
        return read(urls)

    monkeypatch.setattr(Threads, "run", noted_run)
    monkeypatch.setattr(identity, "read_each", noted_read)
    first = stages[name]()
    assert work
    work.clear()
    assert stages[name]() == first
    assert work == []


def test_who_may_only_read_can_ask_again_for_what_is_finished(
    s3: S3, photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = SynthesizeParameters(photographs=str(photographs), output=s3.url, samples=2)
    folder = launch(synthesize, made)
    found = AnnotateParameters(shards=folder, output=s3.url)
    annotations = launch(annotate, found)
    monkeypatch.setenv("RR_S3_ACCESS_KEY", READER_KEY)
    monkeypatch.setenv("RR_S3_SECRET_KEY", READER_SECRET)
    assert launch(synthesize, made) == folder
    assert launch(annotate, found) == annotations
