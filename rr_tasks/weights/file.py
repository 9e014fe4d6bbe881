"""Weights files: safetensors in float16, at any URL.

The metadata record which network the weights belong to, its shape, the layout of its vector, how it
was trained, and a seal by which damage is noticed on loading (`rr_tasks.weights.seal`).
"""

import errno
import hashlib
import json
import logging
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load as unpack
from safetensors.torch import save as pack

from rr_tasks.storage.failure import MissingFileError, StorageError
from rr_tasks.storage.files import publish_bytes, read_bytes
from rr_tasks.weights.network import StoredNetwork
from rr_tasks.weights.seal import SEAL, BrokenWeightsError, check_seal, make_seal
from schemas.errors import ExpectedError
from schemas.network import NetworkShape, ShippedName

NetworkT = TypeVar("NetworkT", bound=StoredNetwork)
Tensors = dict[str, torch.Tensor]

_LOG = logging.getLogger(__name__)


class UnusableWeightsError(ExpectedError, ValueError):
    """A weights file is missing, damaged, or belongs to another network."""


def locate_shipped(name: ShippedName) -> str:
    """Return the path of weights that come with the package."""
    return str(Path(__file__).parent / f"{name}.safetensors")


def save_network(network: StoredNetwork, url: str, record: dict[str, Any]) -> None:
    """Write a network's weights file atomically, with a seal.

    Args:
        network: the network, whose weights are rounded to float16.
        url: URL of the file.
        record: how the weights were made; stored with them.

    Raises:
        BrokenWeightsError: the network computes no numbers; an existing file stays as it was.
        StorageError: storage refuses, for example because the disk is full; so it does then.
    """
    tensors = {
        key: (value.half() if value.is_floating_point() else value).contiguous().cpu()
        for key, value in network.state_dict().items()
    }
    description = {
        "network": network.name,
        "shape": network.shape.model_dump(mode="json"),
        "layout": network.layout,
        SEAL: make_seal(_round(network, tensors), tensors),
    }
    _publish(tensors, {**record, **description}, url)


def seal_file(url: str, kind: type[StoredNetwork]) -> None:
    """Add a seal to a file that an earlier release wrote; all else of it stays as it is.

    Raises:
        UnusableWeightsError, StorageError: see `load_network` and `save_network`.
    """
    network, content = load_network(url, kind), _read(url)
    tensors, record = unpack(content), _parse_record(content)
    _publish(tensors, record | {SEAL: make_seal(network, tensors)}, url)


def _round(network: NetworkT, tensors: Tensors) -> NetworkT:
    """Copy a network that may still learn, with the values that its file has."""
    rounded = deepcopy(network).cpu().eval()
    rounded.load_state_dict(tensors)
    return rounded


def _publish(tensors: Tensors, record: dict[str, Any], url: str) -> None:
    # One entry: safetensors writes several in an order that changes from file to file.
    note = json.dumps(record, sort_keys=True)
    publish_bytes(pack(tensors, metadata={"record": note}), url)


def load_network(url: str, kind: type[NetworkT]) -> NetworkT:
    """Build the network that a file describes, in evaluation mode.

    Entries of the vector that the file lacks are added, and have no effect until they are trained.
    Of a file that an earlier release wrote without a seal, a warning is logged.

    Raises:
        UnusableWeightsError: the file is missing, is not safetensors, is damaged, or holds weights
            of another network.
        StorageError: storage refuses.
    """
    content = _read(url)
    try:
        tensors = unpack(content)
    except SafetensorError as error:
        reason = str(error).splitlines()[0]
        raise UnusableWeightsError(f"{url}: not usable as {kind.name} weights: {reason}") from error
    record = _parse_record(content)
    if record.get("network") != kind.name:
        found = record.get("network") or "unnamed"
        raise UnusableWeightsError(f"{url}: holds {found} weights, not {kind.name}")
    try:
        network = kind(_parse_shape(record, kind))
        full = {
            key: value.float() if value.dtype == torch.float16 else value
            for key, value in tensors.items()
        }
        network.load_state_dict(_fit_layout(full, network, _parse_layout(record, kind)))
    except (ValidationError, KeyError, ValueError, IndexError, RuntimeError) as error:
        raise UnusableWeightsError(
            f"{url}: not usable as {kind.name} weights: they are of a network of another size or "
            "version; use the shipped ones, or train again"
        ) from error
    _check(network.eval(), tensors, record.get(SEAL), url)
    return network


def read_record(url: str) -> dict[str, Any]:
    """Read the record that was saved with the weights.

    Raises:
        UnusableWeightsError: the file is missing.
        StorageError: storage refuses.
    """
    return _parse_record(_read(url))


def hash_weights(url: str) -> str:
    """Return the SHA-256 of a weights file.

    Raises:
        UnusableWeightsError: the file is missing.
        StorageError: storage refuses.
    """
    return hashlib.sha256(_read(url)).hexdigest()


def _fit_layout(tensors: Tensors, network: StoredNetwork, held: Sequence[str]) -> Tensors:
    """Move the rows and columns of the file's entries to where the network has them."""
    if tuple(held) == network.layout:
        return tensors
    places = torch.tensor([network.layout.index(entry) for entry in held])
    fitted = dict(tensors)
    for key, axis in network.laid_out.items():
        new = [network.value_of_new(key, entry) for entry in network.layout]
        size = list(tensors[key].shape)
        size[axis] = len(new)
        along_axis = [-1 if place == axis else 1 for place in range(len(size))]
        full = torch.tensor(new).reshape(along_axis).expand(size).clone()
        fitted[key] = full.index_copy_(axis, places, tensors[key])
    return fitted


def _check(network: StoredNetwork, tensors: Tensors, seal: dict[str, Any] | None, url: str) -> None:
    if seal is None:
        _LOG.warning(
            "%s: saved by an earlier release, so nothing tells whether its values are still those "
            "that were saved",
            url,
        )
    try:
        check_seal(network, tensors, seal)
    except (BrokenWeightsError, KeyError, TypeError) as error:
        raise UnusableWeightsError(
            f"{url}: damaged {network.name} weights: {error}; get the file again, or train again"
        ) from error


def _parse_shape(record: dict[str, Any], kind: type[StoredNetwork]) -> NetworkShape:
    return kind.shape_type.model_validate_json(json.dumps(record.get("shape", {})))


def _parse_layout(record: dict[str, Any], kind: type[StoredNetwork]) -> Sequence[str]:
    return tuple(record.get("layout", kind.unrecorded_layout))


def _parse_record(content: bytes) -> dict[str, Any]:
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
