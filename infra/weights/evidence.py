"""Show how much of a scene samples of a data set show, and how many are too little to diagnose.

    python infra/weights/evidence.py SHARDS [SHARDS ...]

These are the figures of `docs/REASONER.md` on when a diagnosis is a guess.
"""

import argparse
import sys
from collections.abc import Iterator

import numpy as np

from rr_tasks.reasoner.evidence import NEEDED_STRUCTURE, measure_structure
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import read_samples, unpack
from schemas.errors import ExpectedError
from schemas.prior.migrations import load_prior

STRONG_HAZE = 80.0


def measure(shards: str) -> Iterator[tuple[float, float, float]]:
    """Yield each sample's severity of haze, and the structure of its clean and degraded image.

    Raises:
        MissingFolderError: there are no finished shards.
    """
    for marker in done_shards(shards):
        for sample in read_samples(shards, marker.shard, "clean.png", "degraded.png", "prior.json"):
            haze = unpack(sample, "prior.json", load_prior).present().get("haze")
            yield (
                0.0 if haze is None else haze.severity,
                measure_structure(unpack(sample, "clean.png", decode_png)),
                measure_structure(unpack(sample, "degraded.png", decode_png)),
            )


def main() -> None:
    """Print a row for all clean images, all degraded ones, and those with strong haze if any."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("shards", nargs="+", help="data sets")
    options = parser.parse_args()
    try:
        rows = np.array([row for shards in options.shards for row in measure(shards)])
    except ExpectedError as error:
        parser.error(str(error))
    haze, clean, degraded = rows.T
    sets = {
        "clean": clean,
        "degraded": degraded,
        f"with haze of at least {STRONG_HAZE:.0f}": degraded[haze >= STRONG_HAZE],
    }
    for name, found in sets.items():
        if len(found):
            least, median, few = found.min(), np.median(found), (found < NEEDED_STRUCTURE).mean()
            sys.stdout.write(
                f"{name}: {len(found)} images, least {least:.1f}, median {median:.1f}, "
                f"{few:.2%} below {NEEDED_STRUCTURE}\n"
            )


if __name__ == "__main__":
    main()
