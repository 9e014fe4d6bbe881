"""Seals of weights files: what tells, on loading, whether the weights are those that were saved.

A seal is the hash of all tensors and the network's answer to a fixed input. The hash notices every
change of a value. The answer notices what a hash cannot: values that compute no numbers, and code
that makes something else of the same values. It is always computed in float32 on the CPU, so
neither a GPU nor bfloat16 changes it by more than the order of additions does.
"""

import hashlib
from collections.abc import Collection, Mapping
from math import isfinite
from typing import Any

import torch

from rr_tasks.weights.network import StoredNetwork
from schemas.errors import ExpectedError

Tensors = Mapping[str, torch.Tensor]

SEAL = "seal"
"""The entry of a record that holds it."""

_DIGITS = 5
_TOLERANCE = 0.02
"""Share of the answer's largest value by which another machine's may differ. Float32 differs by a
hundred-thousandth, matrix units that round to fewer bits by a hundredth; wrong weights by all of
it."""
_MOST = 1e3
"""No answer of trained weights comes near: the shipped restorer answers 0.3 at most, the shipped
reasoner 51."""


class BrokenWeightsError(ExpectedError, ValueError):
    """Weights are not those that were saved, or compute no numbers."""


def make_seal(network: StoredNetwork, tensors: Tensors) -> dict[str, Any]:
    """Describe the weights of a file.

    Args:
        network: built from them, in evaluation mode, on the CPU.
        tensors: as the file holds them.

    Raises:
        BrokenWeightsError: the network computes no numbers.
    """
    answer = {name: float(f"{value:.{_DIGITS}g}") for name, value in _answer(network).items()}
    return {"tensors": _hash(tensors), "answer": answer}


def check_seal(network: StoredNetwork, tensors: Tensors, seal: Mapping[str, Any] | None) -> None:
    """Make sure that the weights of a file are those that were saved.

    Args:
        network: built from them, in evaluation mode, on the CPU.
        tensors: as the file holds them.
        seal: what `make_seal` returned; of a file without one, only that its network answers as if
            it had learned something can be said.

    Raises:
        BrokenWeightsError: they are not, or the network computes no numbers.
    """
    for name, value in network.state_dict().items():
        if value.is_floating_point() != tensors[name].is_floating_point():
            raise BrokenWeightsError("its values are of another type")
    if seal is not None and seal["tensors"] != _hash(tensors):
        raise BrokenWeightsError("its values are not those that were saved")
    answer = _answer(network)
    if seal is None:
        _check_likely(answer.values())
        return
    known: Mapping[str, float] = seal["answer"]
    allowed = _TOLERANCE * max(map(abs, known.values()), default=0.0)
    if any(abs(answer[name] - value) > allowed for name, value in known.items()):
        raise BrokenWeightsError("its network does not answer as it did when it was saved")


def _answer(network: StoredNetwork) -> dict[str, float]:
    with torch.inference_mode():
        answer = network.answer_known()
    if not all(map(isfinite, answer.values())):
        raise BrokenWeightsError("its network computes no numbers (NaN)")
    return answer


def _check_likely(answers: Collection[float]) -> None:
    if len(set(answers)) == 1:
        raise BrokenWeightsError("its network answers the same to everything, as if of zeros")
    if max(map(abs, answers)) > _MOST:
        raise BrokenWeightsError("its network answers far more than there can be")


def _hash(tensors: Tensors) -> str:
    """Return the SHA-256, in hex, of all names, types, shapes and values."""
    digest = hashlib.sha256()
    for name, value in sorted(tensors.items()):
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}\n".encode())
        digest.update(value.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
