"""Show what verification does to restorations, and how good and bad ones differ for its limits.

    rr synthesize photos/train data --recipe edge-default --samples 320
    rr synthesize photos/train data --recipe field --samples 320
    python infra/weights/judge.py data/*/

Use training photographs: the limits in `rr_tasks/treatment/judgement.py` are chosen by these
tables, so figures of held-out photographs would no longer be honest. Each photograph is restored by
its own diagnosis, as in use, and by that of the sample before it, as a reasoner that is badly wrong
would have it done. Restorations that lose more than 0.1 dB count as worse than the photograph.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from rr_tasks.engine import Engine
from rr_tasks.evaluation.images.metrics import psnr
from rr_tasks.photographs.pixels import Bytes, Pixels
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.load import load_restorer
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import read_samples, unpack
from rr_tasks.storage.files import name_of
from rr_tasks.treatment.course import treat
from rr_tasks.treatment.judgement import look_at
from rr_tasks.treatment.likeness import measure_likeness
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice
from schemas.treatment import Treatment

WORSE_DB = -0.1
QUANTILES = (0.01, 0.05, 0.5, 0.95, 0.99)
_KEYS = {"shards": pl.String, "diagnosis": pl.String, "outcome": pl.String}
_GAINS = {"without": pl.Float64, "with": pl.Float64}
_MEASURES = dict.fromkeys(
    ("fall", "net fall", "share left", "likeness", "blackened", "whitened", "lightness", "shift"),
    pl.Float64,
)
COLUMNS = {**_KEYS, **_GAINS, **_MEASURES}


class RememberingEngine(Engine):
    """Does not restore the same photograph twice in a row."""

    _last: tuple[Pixels, DiagnosticPrior, Pixels] | None = None

    def restore(self, pixels: Pixels, prior: DiagnosticPrior) -> Pixels:
        """See `Engine.restore`."""
        last = self._last
        if last is None or last[0] is not pixels or last[1] != prior:
            last = self._last = (pixels, prior, super().restore(pixels, prior))
        return last[2].copy()


def restore_all(shards: str, count: int, engine: Engine) -> Iterator[dict[str, Any]]:
    """Yield a row for each restoration of the first `count` samples.

    Raises:
        MissingFolderError: there are no finished shards.
    """
    others: DiagnosticPrior | None = None
    for clean, degraded in islice(_read(shards), count):
        own = engine.diagnose(degraded)
        for diagnosis, prior in (("its own", own), ("another's", others)):
            if prior is not None:
                row = _compare(clean, degraded, prior, engine)
                yield {
                    "shards": name_of(shards),
                    "diagnosis": diagnosis,
                } | row
        others = own


def _read(shards: str) -> Iterator[tuple[Bytes, Bytes]]:
    for marker in done_shards(shards):
        for sample in read_samples(shards, marker.shard, "clean.png", "degraded.png"):
            clean, degraded = (
                unpack(sample, name, decode_png) for name in ("clean.png", "degraded.png")
            )
            yield clean, degraded


def _compare(
    clean: Bytes, degraded: Bytes, prior: DiagnosticPrior, engine: Engine
) -> dict[str, Any]:
    """Return gains without and with verification, the outcome, and what the limits are about."""
    whole = treat(degraded, prior, engine, Treatment(verify=False))
    if whole.pixels is None:
        return {"outcome": "left alone", "without": 0.0, "with": 0.0}
    judged = treat(degraded, prior, engine)
    before, after = look_at(degraded, engine), look_at(whole.pixels, engine)
    undone = np.array([name in whole.strengths for name in DEGRADATIONS])
    falls = before.severities - after.severities
    was = before.severities[undone].sum()
    start = psnr(degraded, clean)
    verified = degraded if judged.pixels is None else judged.pixels
    whole_share = judged.strengths == whole.strengths
    return {
        "outcome": ("whole" if whole_share else "half") if judged.strengths else "dropped",
        "without": psnr(np.asarray(whole.pixels, np.uint8), clean) - start,
        "with": psnr(np.asarray(verified, np.uint8), clean) - start,
        "fall": falls[undone].sum(),
        "net fall": falls[undone].sum() + min(0.0, falls[~undone].min(initial=0.0)),
        "share left": 1.0 - falls[undone].sum() / max(was, 1.0),
        "likeness": measure_likeness(before.working, after.working),
        "blackened": after.tone.dark - before.tone.dark,
        "whitened": after.tone.bright - before.tone.bright,
        "lightness": after.tone.lightness,
        "shift": float(np.hypot(*np.subtract(after.tone, before.tone)[-2:])),
    }


def tabulate(rows: pl.DataFrame) -> str:
    """Render gains and outcomes of each data set, and quantiles of what the limits are about."""
    sides = ("without", "with")
    means = [pl.col(name).mean().alias(f"gain {name}") for name in sides]
    worse = [(pl.col(name) < WORSE_DB).mean().alias(f"worse {name}") for name in sides]
    shares = [(pl.col("outcome") == name).mean().alias(name) for name in ("half", "dropped")]
    keys = ["diagnosis", "shards"]
    effect = rows.group_by(keys, maintain_order=True).agg(pl.len(), *means, *worse, *shares)
    judged = rows.drop_nulls("fall").filter(diagnosis="its own")
    parts = {"better": judged.filter(pl.col("without") >= WORSE_DB)}
    parts["worse"] = rows.drop_nulls("fall").filter(pl.col("without") < WORSE_DB)
    spread = [
        {"measure": name, "restorations": kind, "count": len(part)}
        | {f"{100 * share:.0f} %": part[name].quantile(share) for share in QUANTILES}
        for name in _MEASURES
        for kind, part in parts.items()
    ]
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=160, float_precision=3):
        return f"{effect}\n{pl.DataFrame(spread)}\n"


def main() -> None:
    """Restore the samples of data sets, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("shards", nargs="+", help="data sets of training photographs")
    parser.add_argument("--samples", type=int, default=320, help="of each data set")
    options = parser.parse_args()
    try:
        engine = RememberingEngine(
            load_reasoner(EdgeReasonerChoice()), load_restorer(EdgeRestorerChoice())
        )
        rows = [
            row for shards in options.shards for row in restore_all(shards, options.samples, engine)
        ]
    except ExpectedError as error:
        parser.error(str(error))
    sys.stdout.write(tabulate(pl.DataFrame(rows, schema=COLUMNS)))


if __name__ == "__main__":
    main()
