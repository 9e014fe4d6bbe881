"""The samples that an evaluation measures on: degraded here, or the pairs of a benchmark."""

from collections.abc import Mapping

from flows.host import host
from flows.ingest import ingest
from flows.samples import share_samples
from flows.search import search
from rr_tasks.degrade.synthesis import plan_synthesis
from rr_tasks.degrade.tasks import synthesize_shard_task
from rr_tasks.ingest.shard import UnclearLayoutError
from rr_tasks.shards.reader import finished_shards
from rr_tasks.shards.spec import open_dataset
from rr_tasks.storage.files import join
from schemas.evaluation import BenchmarkName
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.ingest import IngestParameters
from schemas.recipe import RECIPES
from schemas.shard import LayoutName, shard_count

LAYOUT: Mapping[BenchmarkName, LayoutName] = {
    "ots": "reside",
    "sots": "reside",
    "rain100": "rain100",
    "gopro": "gopro",
    "sidd": "sidd",
    "cdd11": "cdd11",
    "folder": "pairs",
}
"""How the pairs of a benchmark lie in its folder; see `rr_tasks.ingest.layouts`."""

CLEAN, DEGRADED = "clean", "degraded"
"""Subfolders of the benchmark `folder`."""

_SHARD_SIZE = 32


def make_evaluation_set(parameters: EvaluateParameters) -> str:
    """Make the shards of an evaluation, or whatever they lack, and return their folder.

    Raises:
        UnclearLayoutError: a benchmark `folder` without `present`, or anything else with it.
        MissingFolderError, NoPairsError: there is nothing to measure on.
    """
    root, own = join(parameters.output, "shards"), parameters.benchmark == "folder"
    if own != bool(parameters.present):
        raise UnclearLayoutError(
            "--benchmark folder and --present go together: what degrades your own pairs, such as "
            "haze,rain, only you can tell"
        )
    if parameters.benchmark is None:
        return _degrade(parameters, root)
    pairs = IngestParameters(
        layout=LAYOUT[parameters.benchmark],
        folder=parameters.photographs,
        output=root,
        clean=CLEAN if own else None,
        degraded=DEGRADED if own else None,
        present=parameters.present,
        shard_size=_SHARD_SIZE,
        workers=parameters.workers,
    )
    return host().run_stage(ingest, pairs)


def _degrade(parameters: EvaluateParameters, root: str) -> str:
    spec, photographs = search(
        plan_synthesis,
        parameters.photographs,
        RECIPES[parameters.grid],
        parameters.seed,
        None,
        _SHARD_SIZE,
        output=root,
    )
    shards = open_dataset(root, spec, photographs)
    share_samples(
        synthesize_shard_task,
        range(shard_count(spec)),
        shards,
        spec,
        parameters.photographs,
        label="Make evaluation set",
        total=spec.samples,
        workers=parameters.workers,
        finished=finished_shards(shards),
    )
    return shards
