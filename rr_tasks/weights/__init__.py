"""Weights: the shipped ones, and saving and loading them as safetensors, at any URL.

Files hold float16 tensors; what trained them is written in the file's metadata.
"""

import errno
import hashlib
import json
from pathlib import Path
from typing import Literal, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load as unpack
from safetensors.torch import save as pack
from torch import nn

from rr_tasks.storage.failure import MissingFileError, StorageError
from rr_tasks.storage.files import publish_bytes, read_bytes
from schemas.errors import ExpectedError

WeightsName = Literal["edge-reasoner", "edge-restorer"]
NetworkT = TypeVar("NetworkT", bound=nn.Module)


class UnusableWeightsError(ExpectedError, ValueError):
    """A weights file is missing, damaged, or belongs to another network."""


def shipped(name: WeightsName) -> str:
    """Path of the weights that come with the package."""
    return str(Path(__file__).parent / f"{name}.safetensors")


def save(network: nn.Module, url: str, name: WeightsName, record: dict[str, object]) -> None:
    """Write weights as float16, whole or not at all.

    Raises:
        StorageError: storage refuses, for example a full disk; what is there stays as it was.
    """
    tensors = {
        key: value.half().contiguous() if value.is_floating_point() else value.contiguous()
        for key, value in network.state_dict().items()
    }
    # One entry: safetensors writes several in an order that changes from file to file.
    note = json.dumps({**record, "network": name}, sort_keys=True)
    publish_bytes(pack(tensors, metadata={"record": note}), url)


def load(network: NetworkT, url: str, name: WeightsName) -> NetworkT:
    """Fill `network` from a file and set it to evaluation.

    Raises:
        UnusableWeightsError: no such file, no safetensors, or tensors of another network.
        StorageError: storage refuses.
    """
    content = _read(url)
    try:
        tensors = unpack(content)
        found = _record(content).get("network")
        if found != name:
            raise UnusableWeightsError(f"{url}: holds {found or 'unnamed'} weights, not {name}")
        network.load_state_dict(
            {
                key: value.float() if value.dtype == torch.float16 else value
                for key, value in tensors.items()
            }
        )
    except SafetensorError as error:
        reason = str(error).splitlines()[0]
        raise UnusableWeightsError(f"{url}: not usable as {name} weights: {reason}") from error
    except RuntimeError as error:
        raise UnusableWeightsError(
            f"{url}: not usable as {name} weights: they are of a network of another size or "
            "version; use the shipped ones, or train anew"
        ) from error
    return network.eval()


def record(url: str) -> dict[str, object]:
    """What was written down when the weights were saved, and the name of their network."""
    return _record(_read(url))


def digest(url: str) -> str:
    """SHA-256 of a weights file.

    Raises:
        UnusableWeightsError: no such file.
        StorageError: storage refuses.
    """
    return hashlib.sha256(_read(url)).hexdigest()


def _record(content: bytes) -> dict[str, object]:
    """A file begins with the length of its header, which is JSON."""
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return dict(json.loads(header.get("__metadata__", {}).get("record", "{}")))


def _read(url: str) -> bytes:
    try:
        return read_bytes(url)
    except StorageError as error:
        if isinstance(error, MissingFileError) or error.errno == errno.EISDIR:
            raise UnusableWeightsError(f"{url}: no such weights file; check the path") from error
        raise
