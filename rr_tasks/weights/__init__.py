"""Weights: the shipped ones, and saving and loading them as safetensors.

Files hold float16 tensors; what trained them is written in the file's metadata.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Literal, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from schemas.errors import ExpectedError

WeightsName = Literal["edge-reasoner", "edge-restorer"]
NetworkT = TypeVar("NetworkT", bound=nn.Module)


class UnusableWeightsError(ExpectedError, ValueError):
    """A weights file is missing, damaged, or belongs to another network."""


class UnwritableWeightsError(ExpectedError, OSError):
    """Weights cannot be written to disk."""


def shipped(name: WeightsName) -> Path:
    """Path of the weights that come with the package."""
    return Path(__file__).parent / f"{name}.safetensors"


def save(network: nn.Module, path: Path, name: WeightsName, record: dict[str, object]) -> None:
    """Write weights as float16 under a temporary name and rename them into place.

    Raises:
        UnwritableWeightsError: the disk is full or refuses; a file that is there stays as it was.
        OSError: the folder cannot be made.
    """
    tensors = {
        key: value.half().contiguous() if value.is_floating_point() else value.contiguous()
        for key, value in network.state_dict().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        # One entry: safetensors writes several in an order that changes from file to file.
        note = json.dumps({**record, "network": name}, sort_keys=True)
        save_file(tensors, partial, metadata={"record": note})
        partial.replace(path)
    except SafetensorError as error:  # how it reports what the system refused
        raise UnwritableWeightsError(
            f"{path}: cannot be written: {error}; free some space or choose another folder, and "
            "run again"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def load(network: NetworkT, path: Path, name: WeightsName) -> NetworkT:
    """Fill `network` from a file and set it to evaluation.

    Raises:
        UnusableWeightsError: no such file, no safetensors, or tensors of another network.
    """
    try:
        found = record(path).get("network")
        if found != name:
            raise UnusableWeightsError(f"{path}: holds {found or 'unnamed'} weights, not {name}")
        tensors = load_file(path)
        network.load_state_dict(
            {
                key: value.float() if value.dtype == torch.float16 else value
                for key, value in tensors.items()
            }
        )
    except OSError as error:
        raise _missing(path) from error
    except (SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise UnusableWeightsError(f"{path}: not usable as {name} weights: {reason}") from error
    return network.eval()


def record(path: Path) -> dict[str, object]:
    """What was written down when the weights were saved, and the name of their network."""
    with safe_open(path, framework="pt") as file:
        return dict(json.loads((file.metadata() or {}).get("record", "{}")))


def digest(path: Path) -> str:
    """SHA-256 of a weights file.

    Raises:
        UnusableWeightsError: no such file.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _missing(path) from error


def _missing(path: Path) -> UnusableWeightsError:
    return UnusableWeightsError(f"{path}: no such weights file; check the path")
