import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from rr_tasks.export import onnx
from rr_tasks.export.onnx import UnfaithfulExportError, export_onnx
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.guides import PLANES
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.protocol import Place
from rr_tasks.restorer.sampling import restore_parts
from rr_tasks.weights.file import save_network
from schemas.network import RestorerShape
from schemas.prior.current import DiagnosticPrior
from schemas.prior.vector import FIELDS

SHAPE = RestorerShape(width=8, encoder=(1,), middle=1, decoder=(1,), embedding=16, guides=True)


@pytest.fixture
def weights(tmp_path: Path) -> str:
    torch.manual_seed(0)
    network = RestorerNetwork(SHAPE)
    torch.nn.init.normal_(network.leave.weight, std=0.1)
    url = str(tmp_path / "edge-restorer.safetensors")
    save_network(network, url, {})
    return url


def test_other_programs_restore_as_the_restorer_does(
    weights: str, tmp_path: Path, prior: DiagnosticPrior
) -> None:
    target = tmp_path / "restorer.onnx"
    export_onnx(weights, str(target))
    session = onnxruntime.InferenceSession(target)
    assert [one.name for one in session.get_inputs()] == ["degraded", "prior", "guides"]
    names = json.loads(session.get_modelmeta().custom_metadata_map["prior"])
    assert names == [*FIELDS, "known"]
    restorer = EdgeRestorer(onnx.load_network(weights, RestorerNetwork))
    images, guides = torch.rand(1, 3, 20, 36), torch.rand(1, PLANES, 20, 36)
    condition = restorer.prepare(images, [prior], guides)
    with torch.no_grad():
        wanted = restore_parts(restorer, condition, [Place(0, 0)]).numpy()
    inputs = {"degraded": images, "prior": condition.prior, "guides": guides}
    (found,) = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    assert np.abs(found - wanted).max() < 1e-4


def test_a_file_that_computes_something_else_is_not_written(
    weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "restorer.onnx"
    monkeypatch.setattr(onnx, "_TOLERANCE", -1.0)
    monkeypatch.setattr(onnx, "_BLOCKS", onnx._BLOCKS[:1])
    with pytest.raises(UnfaithfulExportError, match="nothing was written"):
        export_onnx(weights, str(target))
    assert not target.exists()
