"""Make a trained reasoner's doubts about severities as large as its errors are.

    python infra/weights/calibrate.py reasoner.safetensors SHARDS calibrated.safetensors

In training it sees fewer crops than in a diagnosis, errs more, and learns to doubt more. This
scales the standard deviations of each type by one factor, as temperatures do probabilities (Guo et
al., On calibration of modern neural networks, 2017). Nothing else that it says is altered.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt
import torch

from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import Sample, read_samples, unpack
from rr_tasks.weights.file import load_network, read_record, save_network
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS
from schemas.prior.migrations import load_prior
from schemas.prior.vector import (
    PRESENT_PROBABILITY,
    VECTOR_LENGTH,
    presence_entries,
    severity_entries,
    to_vector,
)

Floats = npt.NDArray[np.float32]

_BATCH = 16


def deviation_factors(reasoner: EdgeReasoner, shards: str, count: int) -> Floats:
    """By what the standard deviations of each type, (4,), are too small on `count` samples.

    That is the root of the mean squared error of the severity over that of the deviation, where a
    type is present and found; 1 for a type that never is.
    """
    errors, deviations, counted = map(
        np.concatenate, zip(*_seen(reasoner, shards, count), strict=True)
    )
    factors = np.ones(len(DEGRADATIONS), np.float32)
    for place, there in enumerate(counted.T):
        if there.any():
            off, expected = errors[there, place], deviations[there, place]
            factors[place] = np.sqrt(np.square(off).mean() / np.square(expected).mean())
    return factors


def calibrate(network: ReasonerNetwork, factors: Floats) -> ReasonerNetwork:
    """Scale the deviations that a network tells by `factors`, (4,), in the order of the types."""
    last = network.head[-1]
    assert isinstance(last, torch.nn.Linear)  # noqa: S101
    with torch.no_grad():
        last.bias[VECTOR_LENGTH:] += torch.from_numpy(factors).log()
    return network


def _seen(
    reasoner: EdgeReasoner, shards: str, count: int
) -> Iterator[tuple[Floats, Floats, npt.NDArray[np.bool_]]]:
    """Errors of severities, their deviations, and where they count, (B, 4) each."""
    samples = islice(_samples(shards), count)
    while batch := list(islice(samples, _BATCH)):
        images = [unpack(sample, "degraded.png", decode_png) for sample in batch]
        truth = np.array(
            [to_vector(unpack(sample, "prior.json", load_prior)) for sample in batch], np.float32
        )
        found, deviations = reasoner.predict(images)
        errors = 100 * (found - truth)[:, severity_entries()]
        present = (found[:, presence_entries()] >= PRESENT_PROBABILITY) & (
            truth[:, presence_entries()] > 0
        )
        yield errors, deviations, present


def _samples(shards: str) -> Iterator[Sample]:
    for marker in done_shards(shards):
        yield from read_samples(shards, marker.shard, "degraded.png", "prior.json")


def main() -> None:
    """Calibrate a file, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("weights", help="weights of a trained reasoner")
    parser.add_argument("shards", help="data set; its first samples are diagnosed")
    parser.add_argument("calibrated", help="file that receives the calibrated weights")
    parser.add_argument("--samples", type=int, default=2048)
    options = parser.parse_args()
    try:
        reasoner = EdgeReasoner.load(options.weights)
        factors = deviation_factors(reasoner, options.shards, options.samples)
        network = calibrate(load_network(options.weights, ReasonerNetwork), factors)
    except ExpectedError as error:
        parser.error(str(error))
    rounded = {
        name: round(float(factor), 3) for name, factor in zip(DEGRADATIONS, factors, strict=True)
    }
    record = read_record(options.weights) | {"deviations_scaled": rounded}
    save_network(network, options.calibrated, record)
    sys.stdout.write(f"{rounded}\n")


if __name__ == "__main__":
    main()
