"""Asks a reasoner about every sample of one photograph, or of one shard of pairs."""

from collections.abc import Iterator
from itertools import islice
from math import isnan
from typing import Any

from rr_tasks.evaluation.diagnosis.clean import name_undone, show_clean
from rr_tasks.evaluation.diagnosis.maps import score_maps
from rr_tasks.evaluation.diagnosis.row import diagnosis_row
from rr_tasks.evaluation.diagnosis.sample import make_blends, make_samples
from rr_tasks.evaluation.diagnosis.setting import Setting
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.priors import leave_out
from rr_tasks.reasoner.diagnosis import diagnose_each, expect_each
from rr_tasks.reasoner.protocol import Reasoner, Unparsed
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import read_samples, unpack
from schemas.prior.current import DEGRADATIONS
from schemas.prior.migrations import load_prior

Row = dict[str, Any]

_PIXELS_AT_A_TIME = 4_000_000
_NO_ANSWER = "the reasoner expects no severity"


def observe_photograph(
    url: str, setting: Setting, reasoner: Reasoner, seed: tuple[int, ...]
) -> Iterator[Row]:
    """Yield a row for each sample of a photograph in one setting.

    Raises:
        UnusablePhotographError: it cannot be read, or is too small.
    """
    match setting.part:
        case "blend":
            return _observe_blends(url, setting, reasoner, seed)
        case "clean":
            return _observe_clean(url, reasoner, seed)
        case _:
            return _observe_samples(url, setting, reasoner, seed)


def observe_pairs(folder: str, shard: int, reasoner: Reasoner) -> Iterator[Row]:
    """Yield a row for the degraded and one for the clean photograph of each pair of a shard.

    Types that the data set does not name count as absent.

    Raises:
        NoShardsError, ShardDamagedError, UnknownPriorVersionError: see
            `rr_tasks.shards.stream.read_samples`.
    """
    for sample in read_samples(folder, shard, "clean.png", "degraded.png", "prior.json"):
        truth = unpack(sample, "prior.json", load_prior)
        whole = {"photograph": str(sample["__key__"]), "round": 0}
        truths = {"degraded.png": truth, "clean.png": leave_out(truth, truth.present())}
        for name, told in truths.items():
            (answer,) = diagnose_each(reasoner, [unpack(sample, name, decode_png)])
            yield {**whole, **diagnosis_row(told, answer)}


def _observe_samples(
    url: str, setting: Setting, reasoner: Reasoner, seed: tuple[int, ...]
) -> Iterator[Row]:
    remaining = make_samples(read_photograph(url), setting, seed)
    while batch := list(islice(remaining, _batch_size(reasoner, setting))):
        answers = diagnose_each(reasoner, [sample.image for sample in batch])
        for sample, answer in zip(batch, answers, strict=True):
            row = {"round": sample.round, **diagnosis_row(sample.truth, answer)}
            if setting.part == "source" and not isinstance(answer, Unparsed):
                row |= score_maps(sample.truth, answer, sample.clean, sample.image)
            yield row


def _observe_blends(
    url: str, setting: Setting, reasoner: Reasoner, seed: tuple[int, ...]
) -> Iterator[Row]:
    remaining = make_blends(read_photograph(url), setting, seed)
    while batch := list(islice(remaining, _batch_size(reasoner, setting))):
        expected = expect_each(reasoner, [blend.image for blend in batch])
        for blend, severities in zip(batch, expected, strict=True):
            severity = float(severities[DEGRADATIONS.index(blend.kind)])
            told = {"undiagnosed": _NO_ANSWER} if isnan(severity) else {"expected": severity}
            yield {"combination": blend.kind, "share": blend.share, **told}


def _observe_clean(url: str, reasoner: Reasoner, seed: tuple[int, ...]) -> Iterator[Row]:
    for kept in show_clean(read_photograph(url), seed):
        (answer,) = diagnose_each(reasoner, [kept.image])
        if isinstance(answer, Unparsed):
            told: Row = {"undiagnosed": answer.reason}
        else:
            told = {"undone": name_undone(kept.image, answer)}
        yield {"combination": "clean", "look": kept.look, "view": kept.view, **told}


def _batch_size(reasoner: Reasoner, setting: Setting) -> int:
    """Return how many samples to show at once; of the largest, one takes enough memory."""
    side = setting.short_side or setting.recipe.size
    return max(1, min(reasoner.batch_size, _PIXELS_AT_A_TIME // side**2))
