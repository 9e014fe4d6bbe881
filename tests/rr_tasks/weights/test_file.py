import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save_file

from rr_tasks.reasoner.cepstrum import SHAPE
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import CONDITION_LENGTH, EdgeCondition, RestorerNetwork
from rr_tasks.storage import atomic
from rr_tasks.storage.failure import MissingBucketError, StorageError
from rr_tasks.storage.files import list_files, read_bytes
from rr_tasks.weights.file import (
    UnusableWeightsError,
    hash_weights,
    load_network,
    locate_shipped,
    read_record,
    save_network,
)
from rr_tasks.weights.network import UNRECORDED_FIELDS, StoredNetwork
from schemas.errors import ExpectedError
from schemas.network import RestorerShape
from schemas.prior.vector import FIELDS, slice_of
from tests.s3 import S3

MakeReasoner = Callable[[int], ReasonerNetwork]


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path / "deep" / "w.safetensors")
    s3: S3 = request.getfixturevalue("s3")
    return f"{s3.url}/w.safetensors"


def test_weights_survive_the_file_as_float16(reasoner_network: MakeReasoner, place: str) -> None:
    network = reasoner_network(0)
    save_network(network, place, {"steps": 3})
    loaded = load_network(place, ReasonerNetwork)
    assert not loaded.training
    for name, value in network.state_dict().items():
        other = loaded.state_dict()[name]
        assert other.dtype == value.dtype
        expected = value.half().float() if value.is_floating_point() else value
        assert torch.equal(other, expected), name
    record = read_record(place)
    assert record.pop("seal").keys() == {"tensors", "answer"}
    assert record == {
        "steps": 3,
        "network": "edge-reasoner",
        "shape": {"widths": [8, 8, 8], "hidden": 16, "looks": 8, "maps": False},
        "layout": list(ReasonerNetwork.layout),
    }
    content = read_bytes(place)
    assert hash_weights(place) == hashlib.sha256(content).hexdigest()
    assert load(content).keys() == network.state_dict().keys()  # any reader of safetensors can
    assert list_files(place.rpartition("/")[0])[0].endswith(place)


def test_the_same_weights_have_the_same_digest(
    reasoner_network: MakeReasoner, tmp_path: Path
) -> None:
    digests = []
    for number, seed in enumerate([0] * 8 + [1]):
        path = str(tmp_path / f"{number}.safetensors")
        save_network(reasoner_network(seed), path, {"steps": 1, "seed": 2})
        digests.append(hash_weights(path))
    assert len(set(digests[:8])) == 1
    assert digests[8] != digests[0]


def test_weights_of_another_network_are_refused(
    reasoner_network: MakeReasoner, tmp_path: Path
) -> None:
    path = str(tmp_path / "w.safetensors")
    save_network(reasoner_network(0), path, {})
    with pytest.raises(UnusableWeightsError, match="holds edge-reasoner weights, not edge-rest"):
        load_network(path, RestorerNetwork)


@pytest.mark.parametrize(
    "shape",
    [
        RestorerShape(width=4, encoder=(1,), middle=0, decoder=(1,), embedding=8),
        RestorerShape(width=48, encoder=(1, 1), middle=1, decoder=(1, 1), embedding=128),
    ],
)
def test_a_narrower_or_wider_network_is_built_from_its_file(
    shape: RestorerShape, tmp_path: Path
) -> None:
    path = str(tmp_path / "w.safetensors")
    save_network(RestorerNetwork(shape), path, {})
    loaded = load_network(path, RestorerNetwork)
    assert loaded.shape == shape
    assert loaded.enter.out_channels == shape.width
    image, prior = torch.zeros(1, 3, 16, 16), torch.zeros(1, CONDITION_LENGTH)
    condition = EdgeCondition(image, prior, image[:, :0])
    assert loaded(image, torch.ones(1), condition).shape[1] == 3


def test_a_file_that_records_no_shape_has_that_of_its_time(tmp_path: Path) -> None:
    kind, path = RestorerNetwork, tmp_path / "w.safetensors"
    held = kind().state_dict()
    held["leave.bias"] += torch.linspace(-0.1, 0.1, len(held["leave.bias"]))  # as if it had learned
    known = torch.tensor([kind.layout.index(entry) for entry in kind.unrecorded_layout])
    for key, axis in kind.laid_out.items():
        held[key] = held[key].index_select(axis, known)
    save_file(held, path, {"record": json.dumps({"network": kind.name})})
    assert load_network(str(path), kind).shape == kind.shape_type()
    fields = [entry for entry in kind.layout if entry in FIELDS]
    assert [entry for entry in fields if not entry.endswith(".coded")] == list(UNRECORDED_FIELDS)


@pytest.mark.parametrize("kind", [ReasonerNetwork, RestorerNetwork])
def test_what_the_shipped_files_were_not_trained_on_has_no_effect(
    kind: type[StoredNetwork],
) -> None:
    path = locate_shipped(kind.name)
    held, network = load(read_bytes(path)), load_network(path, kind)
    known = read_record(path).get("layout", kind.unrecorded_layout)
    new = [entry for entry in kind.layout if entry not in known]
    old_places, new_places = (
        torch.tensor([kind.layout.index(entry) for entry in entries], dtype=torch.int64)
        for entries in (known, new)
    )
    for key, axis in kind.laid_out.items():
        loaded = network.state_dict()[key].movedim(axis, 0)
        assert torch.equal(loaded[old_places], held[key].float().movedim(axis, 0))
        for entry, values in zip(new, loaded[new_places], strict=True):
            assert (values == network.value_of_new(key, entry)).all()


def test_tensors_that_are_not_of_the_recorded_shape_are_refused(
    reasoner_network: MakeReasoner, tmp_path: Path
) -> None:
    path = str(tmp_path / "w.safetensors")
    save_network(reasoner_network(0), path, {})
    rewrite(path, {}, {"shape": {"widths": [8, 8, 9], "hidden": 16}})
    with pytest.raises(UnusableWeightsError, match=r"not usable as .* another size or version"):
        load_network(path, ReasonerNetwork)


@pytest.mark.parametrize("change", [{"shape": {"experts": 4}}, {"layout": ["snow.present"]}])
def test_files_of_a_newer_release_are_refused(
    reasoner_network: MakeReasoner, tmp_path: Path, change: dict[str, object]
) -> None:
    path = str(tmp_path / "w.safetensors")
    save_network(reasoner_network(0), path, {})
    rewrite(path, {}, change)
    with pytest.raises(UnusableWeightsError, match=r"not usable as .* another size or version"):
        load_network(path, ReasonerNetwork)


def rewrite(path: str, tensors: dict[str, torch.Tensor], record: dict[str, object]) -> None:
    """Replace some of a file's tensors and of its record; earlier releases wrote no seal."""
    note = json.dumps(read_record(path) | record | {"seal": None})
    save_file(load(read_bytes(path)) | tensors, path, metadata={"record": note})


def without_rain(path: str, kind: type[StoredNetwork]) -> None:
    """Make a file one of a release that did not know rain yet."""
    kept = [place for place, entry in enumerate(kind.layout) if not entry.startswith("rain.")]
    tensors = load(read_bytes(path))
    shorter = {
        key: tensors[key].index_select(axis, torch.tensor(kept)).contiguous()
        for key, axis in kind.laid_out.items()
    }
    rewrite(path, shorter, {"layout": [kind.layout[place] for place in kept]})


def test_a_restorer_of_a_shorter_vector_does_what_it_did(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = RestorerNetwork(RestorerShape(width=4, encoder=(1,), middle=1, decoder=(1,)))
    torch.nn.init.normal_(network.leave.weight, std=0.3)
    path = str(tmp_path / "w.safetensors")
    save_network(network, path, {})
    whole = load_network(path, RestorerNetwork)
    without_rain(path, RestorerNetwork)
    padded = load_network(path, RestorerNetwork)
    image, condition = torch.rand(1, 3, 16, 16), torch.rand(1, CONDITION_LENGTH)
    rainy = condition.clone()
    condition[:, slice_of("rain")] = 0.0
    with torch.no_grad():
        expected, dry, wet = (
            one(image, torch.ones(1), EdgeCondition(image, prior, image[:, :0]))
            for one, prior in ((whole, condition), (padded, condition), (padded, rainy))
        )
    assert torch.equal(dry, expected)
    assert torch.equal(wet, expected)


def test_a_reasoner_of_a_shorter_vector_finds_nothing_of_what_is_new(
    reasoner_network: MakeReasoner, tmp_path: Path
) -> None:
    path = str(tmp_path / "w.safetensors")
    save_network(reasoner_network(0), path, {})
    whole = load_network(path, ReasonerNetwork)
    without_rain(path, ReasonerNetwork)
    padded = load_network(path, ReasonerNetwork)
    views = torch.randint(0, 256, (1, 3, 32, 32), dtype=torch.uint8)
    seen = (views, views[None], views[None], torch.zeros(1, 2, *SHAPE), torch.tensor([512.0]))
    with torch.no_grad():
        before, after = (network(*seen).entries[0] for network in (whole, padded))
    rain = [entry.startswith("rain.") for entry in ReasonerNetwork.layout]
    known = ~torch.tensor(rain)
    assert torch.equal(before[known], after[known])
    assert after[slice_of("rain").start].sigmoid() < 1e-6


def test_weights_without_a_name_are_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "w.safetensors")
    save_file({"weight": torch.zeros(1)}, path)
    with pytest.raises(UnusableWeightsError, match="holds unnamed weights"):
        load_network(path, ReasonerNetwork)


@pytest.mark.parametrize("content", [b"", b"no weights at all", b"\xff" * 64])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = str(tmp_path / "w.safetensors")
    Path(path).write_bytes(content)
    with pytest.raises(UnusableWeightsError, match="not usable as edge-reasoner weights") as error:
        load_network(path, ReasonerNetwork)
    assert isinstance(error.value, ExpectedError)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for path in map(str, (tmp_path / "nowhere", tmp_path)):
        with pytest.raises(UnusableWeightsError, match=f"{path}: no such weights file"):
            load_network(path, ReasonerNetwork)
        with pytest.raises(UnusableWeightsError, match=f"{path}: no such weights file"):
            hash_weights(path)


def test_a_missing_object_is_named(s3: S3) -> None:
    with pytest.raises(UnusableWeightsError, match=f"{s3.url}/nowhere: no such weights file"):
        load_network(f"{s3.url}/nowhere", ReasonerNetwork)
    with pytest.raises(MissingBucketError, match="s3://nowhere/w: no such bucket"):
        load_network("s3://nowhere/w", ReasonerNetwork)


def test_a_save_that_fails_keeps_the_old_file(
    reasoner_network: MakeReasoner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.safetensors"
    save_network(reasoner_network(0), str(path), {})
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(StorageError, match=f"{path}: No space left on device; free some space"):
        save_network(reasoner_network(1), str(path), {})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
