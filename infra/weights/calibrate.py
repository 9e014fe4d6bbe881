"""Make a trained reasoner as certain as it is right.

    python infra/weights/calibrate.py reasoner.safetensors SHARDS calibrated.safetensors

In training it sees fewer crops than in a diagnosis, errs more, and learns to doubt more. This
scales the standard deviations of the severities of each type by one factor, as temperatures do
probabilities (Guo et al., On calibration of modern neural networks, 2017), and the logits of its
presence by a line (Platt, Probabilistic outputs for support vector machines, 1999). Nothing else
that it says is altered.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

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
    VECTOR_LENGTH,
    presence_entries,
    severity_entries,
    to_vector,
)

Floats = npt.NDArray[np.float32]

_BATCH = 16
_LEAST = 1e-6  # a probability in single precision
_NEWTON_STEPS, _LONGEST_STEP, _SURE = 60, 0.2, 30.0
_PULL = 1.0  # towards no correction, as strong as a few samples


class Answers(NamedTuple):
    """What a reasoner says of N samples, and what is true; (N, 4) each, in the order of the types.

    Attributes:
        logits: those of the probabilities of presence.
        deviations: of the severities, in points.
        errors: of the severities, in points.
        present: whether the type is there.
    """

    logits: Floats
    deviations: Floats
    errors: Floats
    present: Floats


class Scaling(NamedTuple):
    """How to correct what a reasoner says: logits to `slope` * logit + `shift`; all (4,)."""

    deviations: Floats
    slope: Floats
    shift: Floats


def ask(reasoner: EdgeReasoner, shards: str, count: int) -> Answers:
    """Diagnose `count` samples of a data set."""
    return Answers(*map(np.concatenate, zip(*_answers(reasoner, shards, count), strict=True)))


def fit(answers: Answers) -> Scaling:
    """Fit deviations to the errors of what is present and found, and probabilities to presence.

    A deviation is as large as the errors if its mean square is. What is never present is not
    corrected.
    """
    found = (answers.logits >= 0) & (answers.present > 0)
    deviations, slope, shift = (np.full(len(DEGRADATIONS), start) for start in (1.0, 1.0, 0.0))
    for place in range(len(DEGRADATIONS)):
        if found[:, place].any():
            errors, expected = (
                values[found[:, place], place] for values in (answers.errors, answers.deviations)
            )
            deviations[place] = np.sqrt(np.square(errors).mean() / np.square(expected).mean())
            slope[place], shift[place] = _fit_logistic(
                answers.logits[:, place], answers.present[:, place]
            )
    return Scaling(deviations, slope, shift)


def calibrate(network: ReasonerNetwork, scaling: Scaling) -> ReasonerNetwork:
    """Correct what a network says by its last layer."""
    last = network.head[-1]
    assert isinstance(last, torch.nn.Linear)  # noqa: S101 - for mypy
    deviations, slope, shift = (torch.from_numpy(values).float() for values in scaling)
    present = presence_entries()
    with torch.no_grad():
        last.bias[VECTOR_LENGTH : VECTOR_LENGTH + len(DEGRADATIONS)] += deviations.log()
        last.weight[present] *= slope[:, None]
        last.bias[present] = last.bias[present] * slope + shift
    return network


def _fit_logistic(logits: Floats, present: Floats) -> tuple[float, float]:
    """Fit slope and shift by Newton's method, such that the cross-entropy of presence is least."""
    terms = np.stack([logits, np.ones_like(logits)], 1).astype(np.float64)
    line = untouched = np.array([1.0, 0.0])
    for _ in range(_NEWTON_STEPS):
        likely = 1 / (1 + np.exp(-(terms @ line).clip(-_SURE, _SURE)))
        curvature = terms.T @ (terms * (likely * (1 - likely))[:, None]) + _PULL * np.eye(2)
        slope = terms.T @ (likely - present) + _PULL * (line - untouched)
        step = np.linalg.solve(curvature, slope)
        line = line - step * min(1.0, _LONGEST_STEP / np.abs(step).max())  # else it may overshoot
    return float(line[0]), float(line[1])


def _answers(
    reasoner: EdgeReasoner, shards: str, count: int
) -> Iterator[tuple[Floats, Floats, Floats, Floats]]:
    samples = islice(_samples(shards), count)
    while batch := list(islice(samples, _BATCH)):
        images = [unpack(sample, "degraded.png", decode_png) for sample in batch]
        truth = np.array(
            [to_vector(unpack(sample, "prior.json", load_prior)) for sample in batch], np.float32
        )
        found = reasoner.predict(images)
        likely = found.vectors[:, presence_entries()].clip(_LEAST, 1 - _LEAST)
        errors = 100 * (found.vectors - truth)[:, severity_entries()]
        yield np.log(likely / (1 - likely)), found.deviations, errors, truth[:, presence_entries()]


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
        scaling = fit(ask(reasoner, options.shards, options.samples))
        network = calibrate(load_network(options.weights, ReasonerNetwork), scaling)
    except ExpectedError as error:
        parser.error(str(error))
    rounded = {
        name: dict(zip(DEGRADATIONS, values.round(3).tolist(), strict=True))
        for name, values in scaling._asdict().items()
    }
    save_network(network, options.calibrated, read_record(options.weights) | {"scaled": rounded})
    sys.stdout.write(f"{rounded}\n")


if __name__ == "__main__":
    main()
