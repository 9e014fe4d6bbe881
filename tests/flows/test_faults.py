"""Every job over a network that breaks a tenth of all requests, and over one that breaks all."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from flows import cli
from flows.annotate import annotate
from flows.export import export_hf, export_messages
from flows.launch import launch
from flows.migrate import migrate
from flows.synthesize import synthesize
from rr_tasks.evaluation.images.shard import evaluate_shard
from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.shards.stream import Piece, ShardStream, read_samples
from rr_tasks.shards.writer import write_shard
from rr_tasks.storage.files import join, publish_bytes
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.training.restorer import train_restorer
from rr_tasks.weights.file import load_network, save_network
from schemas.evaluation import RestorationSetting
from schemas.network import ReasonerShape, RestorerShape
from schemas.parameters.annotation import AnnotateParameters
from schemas.parameters.export import ExportHfParameters, ExportMessagesParameters
from schemas.parameters.migration import MigrateParameters
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.prior.current import DEGRADATIONS
from schemas.shard import SampleRow, spec_hash
from schemas.training import LoopSettings
from tests.fault_proxy import FAULTS, FaultProxy
from tests.s3 import S3

SHARDS = 6


def _synthesize(root: str) -> str:
    asked = {"photographs": join(root, "photographs"), "output": root, "workers": 2}
    return launch(synthesize, SynthesizeParameters(**asked, samples=SHARDS, shard_size=1))


def _annotate(root: str) -> str:
    return launch(annotate, AnnotateParameters(shards=_made(root, "edge-default-")))


def _migrate(root: str) -> str:
    return launch(migrate, MigrateParameters(shards=join(root, "old"), output=join(root, "new")))


def _export_hf(root: str) -> str:
    data = _made(root, "edge-default-")
    return launch(export_hf, ExportHfParameters(shards=data, output=join(root, "hub")))


def _export_messages(root: str) -> str:
    data = _made(root, "edge-default-")
    asked = ExportMessagesParameters(shards=data, output=join(root, "chats"))
    return launch(export_messages, asked)


def _evaluate(root: str) -> str:
    torch.manual_seed(0)
    models = (
        EdgeReasoner(_reasoner(), "0" * 64),
        PhotographRestorer(EdgeRestorer(_restorer()), "0" * 64),
    )
    folder, shards = join(root, "rows"), _made(root, "edge-default-")
    trial = Trial(shards, *models, RestorationSetting())
    for shard in range(SHARDS):
        evaluate_shard(trial, shard, folder)
    return folder


def _train(root: str) -> str:
    torch.manual_seed(0)
    data, folder = (_made(root, "edge-default-"), _made(root, "annotations-")), join(root, "run")
    settings = LoopSettings(
        steps=4, batch_size=2, learning_rate=1e-3, warmup_steps=0, ema_decay=0.5, checkpoint_every=1
    )
    start = EdgeRestorer(_restorer())
    train_restorer(
        start, *data, settings, crop_side=128, folder=folder, on_progress=lambda *_: None
    )
    save_network(start.trainable(), join(folder, "edge-restorer.safetensors"), {})
    return folder


def _reasoner() -> ReasonerNetwork:
    return ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16)).eval()


def _restorer() -> RestorerNetwork:
    return RestorerNetwork(
        RestorerShape(width=8, encoder=(1, 1, 1), middle=1, decoder=(1, 1, 1), embedding=16)
    ).eval()


JOBS: dict[str, Callable[[str], str]] = {
    "synthesize": _synthesize,
    "annotate": _annotate,
    "migrate": _migrate,
    "export hf": _export_hf,
    "export messages": _export_messages,
    "evaluate": _evaluate,
    "train": _train,
}


@pytest.fixture(scope="module")
def undisturbed(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each job makes on a local disk; the folder around everything is `root`."""
    root = tmp_path_factory.mktemp("undisturbed")
    (root / "photographs").symlink_to(photographs)
    folders = {"root": str(root)}
    for name, job in JOBS.items():
        if name == "migrate":
            _make_old(_made(str(root), "edge-default-"), str(root / "old"))
        folders[name] = job(str(root))
    return folders


@pytest.mark.parametrize("name", JOBS)
def test_a_job_makes_the_same_over_a_network_that_breaks(
    undisturbed: dict[str, str], s3: S3, network: FaultProxy, name: str
) -> None:
    root = Path(undisturbed["root"])
    for folder in ("photographs", "old", "edge-default-", "annotations-"):
        if not undisturbed[name].startswith(str(root / folder)):
            _copy(_made(str(root), folder), s3.url)
    network.disturb(0.1)
    made = JOBS[name](s3.url)
    assert sum(network.injected.values()) >= 3, network
    network.disturb(0.0)
    assert _content(made) == _content(undisturbed[name])
    assert not _unfinished_uploads(made)


def test_a_stream_gives_the_same_samples_over_a_network_that_breaks(
    undisturbed: dict[str, str], s3: S3, network: FaultProxy
) -> None:
    local = undisturbed["synthesize"]
    _copy(local, s3.url)
    remote = join(s3.url, Path(local).name)
    network.disturb(0.1)
    streams = [ShardStream(url, done_shards(url), "clean.png") for url in (local, remote)]
    for shard in list(range(SHARDS)) * 3:
        mine, theirs = ([*stream.read(Piece(shard, 0, 1))] for stream in streams)
        assert [s["clean.png"] for s in mine] == [s["clean.png"] for s in theirs]
    assert sum(network.injected.values()) >= 3


def test_weights_arrive_as_they_are(s3: S3, network: FaultProxy) -> None:
    network.disturb(0.1)
    for seed in range(10):
        torch.manual_seed(seed)
        made, url = _reasoner(), f"{s3.url}/{seed}.safetensors"
        save_network(made, url, {})
        found = load_network(url, ReasonerNetwork)
        for name, value in made.state_dict().items():
            expected = value.half().float() if value.is_floating_point() else value
            assert torch.equal(found.state_dict()[name], expected)
    assert sum(network.injected.values()) >= 3


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "slow"])
def test_a_network_that_breaks_each_time_is_one_line(
    undisturbed: dict[str, str],
    s3: S3,
    network: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    monkeypatch.setenv("RR_S3_ATTEMPTS", "2")
    photographs, shards = f"{undisturbed['root']}/photographs", undisturbed["synthesize"]
    for arguments in (
        ("synthesize", photographs, s3.url, "--samples", "2"),
        ("annotate", shards, "--output", s3.url),
        ("evaluate", photographs, s3.url),
        ("train", "reasoner", s3.url, s3.url),
        ("migrate", s3.url),
    ):
        network.disturb(1.0, fault)
        result = CliRunner().invoke(cli.app, list(arguments))
        assert result.exit_code == 1, result.output
        (line,) = (one for one in result.stderr.splitlines() if one.startswith("Error"))
        assert re.match(rf"Error: {s3.url}\S*: the S3 service does not answer \(.+\); check", line)
        assert network.requests <= 16, arguments  # two to four for each of a few operations


def _made(root: str, name: str) -> str:
    """The folder below `root` of which the name begins so."""
    filesystem, path = filesystem_of(root)
    (found,) = (one for one in filesystem.ls(path, detail=False) if f"/{name}" in one)
    return str(filesystem.unstrip_protocol(found)).removeprefix("file://")


def _copy(folder: str, url: str) -> None:
    place = Path(folder)
    for path in place.rglob("*"):
        if path.is_file():
            publish_bytes(path.read_bytes(), join(url, str(path.relative_to(place.parent))))


def _content(folder: str) -> dict[str, Any]:
    """Every file below a folder, hidden ones too.

    Of done markers all but the time, of checkpoints nothing: they hold the name of a scratch file.
    """
    filesystem, root = filesystem_of(folder)
    found = {path.removeprefix(root): filesystem.cat_file(path) for path in filesystem.find(root)}
    for name, content in found.items():
        if name.endswith(".done.json"):
            found[name] = {**json.loads(content), "finished_at": ""}
        if name.endswith("checkpoint.pt"):
            found[name] = ""
    return found


def _unfinished_uploads(url: str) -> list[object]:
    filesystem, path = filesystem_of(url)
    bucket, key, _ = filesystem.split_path(path)
    found = filesystem.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=key)
    return list(found.get("Uploads", ()))


def _make_old(dataset: str, folder: str) -> None:
    """The same data set as an earlier release would have written it."""
    spec = read_data_spec(dataset).model_copy(update={"schema_version": 1})
    publish_bytes(spec.model_dump_json(exclude={"migrated_from"}).encode(), f"{folder}/spec.json")
    for shard in range(SHARDS):
        write_shard(folder, shard, spec_hash(spec), 1, _old_outcomes(dataset, shard))


def _old_outcomes(dataset: str, shard: int) -> Iterator[tuple[SampleRow, dict[str, bytes | str]]]:
    for sample in read_samples(dataset, shard):
        prior = json.loads(sample["prior.json"])
        for name in DEGRADATIONS:
            del prior[name]["probability"], prior[name]["severity_std"]
        files = {name: sample[name] for name in ("clean.png", "degraded.png")}
        row = SampleRow(key=sample["__key__"], source="a.png", status="ok")
        yield row, {**files, "prior.json": json.dumps({**prior, "schema_version": 1})}
