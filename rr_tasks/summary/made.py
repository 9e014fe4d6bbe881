"""What a run of the whole pipeline made."""

from dataclasses import dataclass

import polars as pl

from schemas.archive import RunSummary
from schemas.parameters.pipeline import PipelineParameters
from schemas.promotion import Verdict
from schemas.reasoner import ReasonerChoice
from schemas.restorer import RestorerChoice


@dataclass(frozen=True)
class Made:
    """The results of all stages.

    Attributes:
        parameters: what was asked for.
        shards: URL of the data set.
        annotations: URL of its priors.
        reasoner: who made these, and diagnosed in all later stages.
        trained: the restorer after training, or the one to start from.
        candidate: the same after alignment; the same as `trained` if that was left out.
        alignment: URL of the folder of the alignment, if there was one.
        champions: URL of the folder of promoted weights.
        in_use: the restorer that restored the archive.
        verdict: why it is that one.
        so_far: rows of the evaluation of the restorer that was in use before.
        measured: rows of the evaluation of the candidate, on the same samples.
        evaluation: URL of the folder of the evaluation of the restorer in use.
        restored: the summary of the restored archive.
    """

    parameters: PipelineParameters
    shards: str
    annotations: str
    reasoner: ReasonerChoice
    trained: RestorerChoice
    candidate: RestorerChoice
    alignment: str | None
    champions: str
    in_use: RestorerChoice
    verdict: Verdict
    so_far: pl.DataFrame
    measured: pl.DataFrame
    evaluation: str
    restored: RunSummary
