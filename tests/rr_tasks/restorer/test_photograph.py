from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from rr_tasks.device import autocast
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.load import load_restorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import NoNumbersError, PhotographRestorer
from rr_tasks.restorer.protocol import Place
from rr_tasks.restorer.sampling import restore_parts
from rr_tasks.weights.file import UnusableWeightsError, hash_weights, save_network
from schemas.network import RestorerShape
from schemas.prior.current import DiagnosticPrior
from schemas.restorer import EdgeRestorerChoice

MakeNetwork = Callable[..., RestorerNetwork]


def restorer_of(network: RestorerNetwork) -> PhotographRestorer:
    return PhotographRestorer(EdgeRestorer(network), "0" * 64)


def noise(height: int, width: int, dtype: type[np.unsignedinteger] = np.uint8) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(0, np.iinfo(dtype).max, (height, width, 3), dtype, endpoint=True)


def test_a_deeper_network_than_the_shipped_one_restores_any_size(prior: DiagnosticPrior) -> None:
    blocks = (1, 1, 1, 1)
    shape = RestorerShape(width=4, encoder=blocks, middle=1, decoder=blocks, embedding=4)
    photograph = noise(41, 600)
    restored = restorer_of(RestorerNetwork(shape).eval()).restore(photograph, prior)
    assert np.array_equal(restored, photograph)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(1, 1), (17, 33), (5, 600), (530, 40)])
def test_a_new_network_returns_the_very_same_photograph(
    restorer_network: MakeNetwork,
    prior: DiagnosticPrior,
    size: tuple[int, int],
    dtype: type[np.unsignedinteger],
) -> None:
    photograph = noise(*size, dtype)
    restored = PhotographRestorer(EdgeRestorer(restorer_network()), "0" * 64).restore(
        photograph, prior
    )
    assert restored.dtype == dtype
    assert restored.flags["C_CONTIGUOUS"]
    assert np.array_equal(restored, photograph)


@pytest.mark.parametrize("guides", [False, True])
def test_tiles_restore_as_the_whole_would(
    restorer_network: MakeNetwork, prior: DiagnosticPrior, photograph: np.ndarray, guides: bool
) -> None:
    wide = np.ascontiguousarray(np.tile(photograph[:48], (1, 6, 1))[:, :992])
    network = restorer_network(noise=0.03 if guides else 0.05, guides=guides)
    flow = EdgeRestorer(network)
    image = torch.from_numpy(wide).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad(), autocast(flow.device):
        known = torch.from_numpy(flow.survey(wide, prior)[:, :]).permute(2, 0, 1)[None].float()
        condition = flow.prepare(image, [prior], known / 255)
        restored = restore_parts(flow, condition, [Place(0, 0)])[0]
        whole = restored.permute(1, 2, 0).float().numpy() * 255
    tiled = restorer_of(network).restore(wide, prior).astype(float)
    difference = np.abs(tiled - whole)
    change = np.abs(whole - wide)
    assert change.mean() > 2  # the network does something
    bound = 3.0 if guides else 1.5  # more planes, more rounding in bfloat16
    # Two tiles, 0-512 and 480-992, whose starts are multiples of the network's stride.
    assert difference.max() < 0.25 * change.max()
    assert difference[:, :400].max() < bound
    assert difference[:, 592:].max() < bound


def test_16_bits_are_restored_as_8_bits_are(
    restorer_network: MakeNetwork, prior: DiagnosticPrior, photograph: np.ndarray
) -> None:
    restorer = restorer_of(restorer_network(noise=0.05))
    narrow = restorer.restore(photograph, prior).astype(float)
    wide = restorer.restore(photograph.astype(np.uint16) * 257, prior).astype(float)
    assert np.abs(wide / 257 - narrow).max() <= 1
    assert not np.array_equal(wide / 257, np.round(wide / 257))


def test_the_photograph_is_left_alone_and_may_be_a_view(
    restorer_network: MakeNetwork, prior: DiagnosticPrior, photograph: np.ndarray
) -> None:
    before = photograph.copy()
    restorer = restorer_of(restorer_network(noise=0.05))
    turned = restorer.restore(photograph[:, ::-1], prior)
    assert np.array_equal(photograph, before)
    straight = restorer.restore(np.ascontiguousarray(photograph[:, ::-1]), prior)
    assert np.array_equal(turned, straight)


def test_weights_come_from_a_file(tmp_path: Path, prior: DiagnosticPrior) -> None:
    path = str(tmp_path / "restorer.safetensors")
    save_network(RestorerNetwork(), path, {})
    restorer = load_restorer(EdgeRestorerChoice(weights=path))
    assert restorer.digest == hash_weights(path)
    assert np.array_equal(restorer.restore(noise(16, 16), prior), noise(16, 16))
    with pytest.raises(UnusableWeightsError, match="no such weights file"):
        load_restorer(EdgeRestorerChoice(weights=str(tmp_path / "other.safetensors")))


def test_what_is_no_number_is_no_restoration(
    restorer_network: Callable[..., RestorerNetwork], prior: DiagnosticPrior
) -> None:
    network = restorer_network(0.3)
    torch.nn.init.constant_(network.leave.bias, torch.nan)
    restorer = PhotographRestorer(EdgeRestorer(network), "0" * 64)
    with pytest.raises(NoNumbersError, match="computes no numbers"):
        restorer.restore(np.zeros((40, 50, 3), np.uint8), prior)
