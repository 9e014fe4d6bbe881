"""Weights that are wrong are noticed when they are loaded, by both edge networks."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.weights.file import (
    UnusableWeightsError,
    load_network,
    locate_shipped,
    read_record,
    save_network,
    seal_file,
)
from rr_tasks.weights.network import StoredNetwork
from rr_tasks.weights.seal import BrokenWeightsError
from schemas.network import ShippedName

Change = Callable[[torch.Tensor], torch.Tensor]
SHIPPED: dict[ShippedName, type[StoredNetwork]] = {
    "edge-reasoner": ReasonerNetwork,
    "edge-restorer": RestorerNetwork,
}
KINDS = [pytest.param(name, kind, id=name) for name, kind in SHIPPED.items()]

ATTACKS: dict[str, Change] = {
    "times 1000": lambda value: value * 1000,
    "times 2": lambda value: value * 2,
    "NaN": lambda value: torch.full_like(value, torch.nan),
    "zeros": torch.zeros_like,
    "integers": lambda value: value.to(torch.int8),
    "a bit": lambda value: value * 1.001,
}


def change_file(source: str, target: Path, change: Change, *, sealed: bool) -> str:
    """Write a file with other values in its place, and the record that it had."""
    record = read_record(source)
    if not sealed:
        record.pop("seal")
    tensors = {
        name: change(value).contiguous() if value.is_floating_point() else value
        for name, value in load_file(source).items()
    }
    save_file(tensors, target, metadata={"record": json.dumps(record)})
    return str(target)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_other_values_are_noticed(
    name: ShippedName, kind: type[StoredNetwork], attack: str, tmp_path: Path
) -> None:
    path = tmp_path / "w.safetensors"
    changed = change_file(locate_shipped(name), path, ATTACKS[attack], sealed=True)
    with pytest.raises(UnusableWeightsError, match=f"{path}: (damaged|not usable as) {name} weig"):
        load_network(changed, kind)


@pytest.mark.parametrize("attack", ["times 1000", "times 2", "NaN", "zeros", "integers"])
@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_without_a_seal_it_is_noticed_that_they_compute_nothing_of_use(
    name: ShippedName, kind: type[StoredNetwork], attack: str, tmp_path: Path
) -> None:
    path = tmp_path / "w.safetensors"
    changed = change_file(locate_shipped(name), path, ATTACKS[attack], sealed=False)
    with pytest.raises(UnusableWeightsError, match=f"(damaged|not usable as) {name} weights"):
        load_network(changed, kind)


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_a_file_of_an_earlier_release_is_used_with_a_warning(
    name: ShippedName,
    kind: type[StoredNetwork],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shipped, path = locate_shipped(name), tmp_path / "w.safetensors"
    load_network(shipped, kind)
    assert not caplog.records
    older = change_file(shipped, path, lambda value: value, sealed=False)
    with caplog.at_level(logging.WARNING):
        load_network(older, kind)
    (warning,) = caplog.messages
    assert warning.startswith(f"{path}: saved by an earlier release")


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_sealing_changes_nothing_but_the_record(
    name: ShippedName, kind: type[StoredNetwork], tmp_path: Path
) -> None:
    shipped = locate_shipped(name)
    older = change_file(shipped, tmp_path / "w.safetensors", lambda value: value, sealed=False)
    seal_file(older, kind)
    before, after = load_file(shipped), load_file(older)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], value) for key, value in after.items())
    was, now = read_record(shipped), read_record(older)
    assert was["seal"]["tensors"] == now["seal"]["tensors"]
    assert was["seal"]["answer"] == pytest.approx(now["seal"]["answer"], rel=0.01, abs=0.05)
    assert now | {"seal": None} == was | {"seal": None}


def test_code_that_makes_something_else_of_the_same_values_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restorer_network
) -> None:
    path = str(tmp_path / "w.safetensors")
    save_network(restorer_network(0.3), path, {})
    load_network(path, RestorerNetwork)
    monkeypatch.setattr("rr_tasks.restorer.network._over_channels", lambda norm, x: 2 * x)
    with pytest.raises(UnusableWeightsError, match="its network does not answer as it did when"):
        load_network(path, RestorerNetwork)


def test_precision_of_fewer_bits_is_no_damage(tmp_path: Path, restorer_network) -> None:
    path = str(tmp_path / "w.safetensors")
    save_network(restorer_network(0.3), path, {})
    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        load_network(path, RestorerNetwork)
    finally:
        torch.set_float32_matmul_precision(precision)


def test_networks_that_compute_no_numbers_are_not_saved(tmp_path: Path, restorer_network) -> None:
    path = tmp_path / "w.safetensors"
    network = restorer_network(0.3)
    save_network(network, str(path), {})
    before = path.read_bytes()
    torch.nn.init.constant_(network.leave.bias, torch.nan)
    with pytest.raises(BrokenWeightsError, match="computes no numbers"):
        save_network(network, str(path), {})
    assert path.read_bytes() == before


def test_a_seal_of_another_form_is_refused(tmp_path: Path, restorer_network) -> None:
    path = tmp_path / "w.safetensors"
    save_network(restorer_network(0.3), str(path), {})
    record = read_record(str(path)) | {"seal": {"tensors": read_record(str(path))["seal"]}}
    save_file(load_file(path), path, metadata={"record": json.dumps(record)})
    with pytest.raises(UnusableWeightsError, match="damaged edge-restorer weights"):
        load_network(str(path), RestorerNetwork)
