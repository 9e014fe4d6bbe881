"""The restorer's network as an ONNX file, for programs without PyTorch."""

import json
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.export import Dim

from rr_tasks.restorer.guides import PLANES
from rr_tasks.restorer.network import CONDITION_LENGTH, EdgeCondition, RestorerNetwork
from rr_tasks.storage.files import publish_bytes
from rr_tasks.storage.scratch import scratch_folder
from rr_tasks.weights.file import load_network, locate_shipped
from schemas.errors import ExpectedError
from schemas.network import RestorerShape
from schemas.prior.vector import FIELDS

OPSET = 18

_MOST_MULTIPLES = 4096
_BLOCKS = ((4, 6), (3, 8))
"""Heights and widths of the pictures that are exported and checked, in multiples of the stride."""
_TOLERANCE = 1e-3


class UnfaithfulExportError(ExpectedError, RuntimeError):
    """ONNX Runtime does not compute what the network does."""


class OneStep(nn.Module):
    """Restores in one step from t = 1, as `rr restore` does: a network with fewer inputs."""

    def __init__(self, network: RestorerNetwork) -> None:
        super().__init__()
        self._network = network

    def forward(
        self, degraded: torch.Tensor, prior: torch.Tensor, guides: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Restore images (B, 3, H, W) in 0-1, which stay in this range.

        Args:
            degraded: heights and widths are multiples of the network's stride.
            prior: (B, `CONDITION_LENGTH`), vectors of priors that end with a 1, or zeros.
            guides: (B, `PLANES`, H, W) in 0-1, for a network that reads them.
        """
        planes = degraded[:, :0] if guides is None else guides
        at_one = torch.ones_like(prior[:, 0])
        restored: torch.Tensor = self._network(
            degraded, at_one, EdgeCondition(degraded, prior, planes)
        )
        return restored.clamp(0.0, 1.0)


def export_onnx(weights: str | None, output: str) -> None:
    """Write a restorer as an ONNX file for images of any size, and check it by ONNX Runtime.

    The file's metadata name the entries of the prior vector, in order.

    Args:
        weights: URL of the restorer's weights; None for the shipped ones.
        output: URL of the file.

    Raises:
        UnusableWeightsError: see `rr_tasks.weights.file.load_network`.
        UnfaithfulExportError: the results differ.
        StorageError: storage refuses.
    """
    network = load_network(weights or locate_shipped("edge-restorer"), RestorerNetwork)
    one_step = OneStep(network).eval()
    with scratch_folder() as folder:
        path = folder / "restorer.onnx"
        _write(one_step, network, path)
        for blocks in _BLOCKS:
            _check(one_step, _draw_inputs(network, blocks), path)
        publish_bytes(path.read_bytes(), output)


def _write(one_step: OneStep, network: RestorerNetwork, path: Path) -> None:
    images = {
        0: Dim("batch", max=_MOST_MULTIPLES),
        2: network.stride * Dim("rows", max=_MOST_MULTIPLES),
        3: network.stride * Dim("columns", max=_MOST_MULTIPLES),
    }
    inputs = _draw_inputs(network, _BLOCKS[0])
    shapes = {name: images if name != "prior" else {0: images[0]} for name in inputs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the axes of several inputs share a size, as they should
        program = torch.onnx.export(
            one_step,
            kwargs=inputs,
            input_names=list(inputs),
            output_names=["restored"],
            dynamic_shapes=shapes,
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # noqa: S101 - it is with `dynamo`
    program.model.metadata_props["prior"] = json.dumps([*FIELDS, "known"])
    program.save(str(path))


def _draw_inputs(network: RestorerNetwork, blocks: tuple[int, int]) -> dict[str, torch.Tensor]:
    height, width = (count * network.stride for count in blocks)
    inputs = {
        "degraded": torch.rand(2, 3, height, width),
        "prior": torch.rand(2, CONDITION_LENGTH),
    }
    if isinstance(network.shape, RestorerShape) and network.shape.guides:
        inputs["guides"] = torch.rand(2, PLANES, height, width)
    return inputs


def _check(one_step: OneStep, inputs: dict[str, torch.Tensor], path: Path) -> None:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    with torch.no_grad():
        wanted = one_step(**inputs).numpy()
    worst = float(np.abs(found - wanted).max())
    if not worst < _TOLERANCE:
        raise UnfaithfulExportError(
            f"ONNX Runtime {onnxruntime.__version__} differs from the network by {worst:.4f}; "
            "nothing was written; try other releases of torch, onnxscript and onnxruntime"
        )
