"""Everything that reads the samples of shards, each as a function of the folders it is given."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import polars as pl
import torch

from rr_tasks.degrade.archive import export_archive
from rr_tasks.evaluation.images.shard import evaluate_shard
from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.export.hub import export_hub_shard, open_hub_export
from rr_tasks.export.messages import export_messages_shard, open_messages_export
from rr_tasks.export.source import Source
from rr_tasks.inspection.pictures import pick_pictures
from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.refresh.comparison import compare_shard
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.migration import migrate_shard, open_migrated
from rr_tasks.shards.spec import read_spec
from rr_tasks.training.crops import load_crops
from rr_tasks.training.reasoner import train_reasoner
from schemas.evaluation import RestorationSetting
from schemas.export import ExportedChats
from schemas.network import ReasonerShape, RestorerShape
from schemas.shard import (
    DoneMarker,
    migrate_spec,
)
from schemas.training import LoopSettings


class Folders(NamedTuple):
    """A data set of one shard, two annotations of it, and where a command may write."""

    shards: str
    annotations: str
    other: str
    output: str


def a_reasoner() -> EdgeReasoner:
    return EdgeReasoner(
        ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16)).eval(), "c" * 64
    )


def annotate(of: Folders) -> object:
    reasoner = a_reasoner()
    spec = plan_annotation(of.shards, reasoner)
    return annotate_shard(of.shards, open_annotations(of.output, spec), spec, reasoner, 0)


def migrate(of: Folders) -> object:
    spec = migrate_spec(read_spec(of.shards))
    return migrate_shard(of.shards, open_migrated(of.output, spec), spec, 0)


def compare_old(of: Folders) -> object:
    return compare_shard(of.annotations, of.other, of.output, 0)


def compare_new(of: Folders) -> object:
    return compare_shard(of.other, of.annotations, of.output, 0)


def look(of: Folders) -> object:
    return pick_pictures(of.shards, 12)


def _a_restorer_network() -> RestorerNetwork:
    shape = RestorerShape(width=8, encoder=(1, 1, 1), middle=1, decoder=(1, 1, 1), embedding=16)
    return RestorerNetwork(shape).eval()


def evaluate(of: Folders) -> object:
    restorer = PhotographRestorer(EdgeRestorer(_a_restorer_network()), "d" * 64)
    trial = Trial(of.shards, a_reasoner(), restorer, RestorationSetting())
    return evaluate_shard(trial, 0, of.output)


def archive(of: Folders) -> object:
    return export_archive(of.shards, of.output)


def learn_to_restore(of: Folders) -> object:
    survey = EdgeRestorer(_a_restorer_network()).survey
    with load_crops(of.shards, of.annotations, survey, side=128, batch_size=4, seed=0) as loader:
        return [loader.batch(step) for step in range(8)]


def learn_to_reason(of: Folders) -> object:
    settings = LoopSettings(steps=2, batch_size=4, learning_rate=1e-3)
    network = ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16))
    train_reasoner(
        network,
        of.shards,
        settings,
        folder=of.output,
        device=torch.device("cpu"),
        on_progress=lambda *_: None,
    )
    return network.state_dict()


def export_hub(of: Folders) -> object:
    source = Source(of.shards, of.annotations)
    return export_hub_shard(of.output, open_hub_export(of.output, source, "train"), source, 0)


def export_messages(of: Folders) -> object:
    source = Source(of.shards, of.annotations)
    spec = open_messages_export(of.output, source, "tags")
    return export_messages_shard(of.output, spec, source, 0)


Command = Callable[[Folders], object]


def kept_by(command: Command, result: object, of: Folders) -> int:
    """How many samples a command could use."""
    if isinstance(result, DoneMarker):
        return result.samples
    if command is archive:
        return sum(path.suffix == ".jpg" for path in Path(of.output).rglob("*"))
    if command is export_messages:
        assert isinstance(result, ExportedChats)
        return result.train + result.validation
    rows = pl.read_parquet(str(result))
    if command is evaluate:
        return len(rows.filter(pl.col("lost").is_null()))
    return len(rows.drop_nulls("equal"))


READERS: list[tuple[Command, str]] = [
    (annotate, "shards"),
    (migrate, "shards"),
    (compare_old, "annotations"),
    (compare_new, "annotations"),
    (evaluate, "shards"),
    (archive, "shards"),
    (export_hub, "shards"),
    (export_hub, "annotations"),
    (export_messages, "shards"),
    (export_messages, "annotations"),
]
"""These read row by row, and do without a sample that is lost; beside each, what it reads."""

LEARNERS: list[tuple[Command, str]] = [
    (learn_to_restore, "shards"),
    (learn_to_restore, "annotations"),
    (learn_to_reason, "shards"),
]
"""These need every sample."""
