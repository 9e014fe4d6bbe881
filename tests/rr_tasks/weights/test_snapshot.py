from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub.utils import disable_progress_bars

from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.licence import LicenceError, read_licence, require_commercial
from rr_tasks.weights.snapshot import Snapshot, fetch_settings, fetch_snapshot
from tests.hub import COMMIT, Hub


@pytest.fixture
def model(tmp_path: Path) -> Snapshot:
    (tmp_path / "part").mkdir()
    (tmp_path / "config.json").write_text('{"a": 1}')
    (tmp_path / "part" / "weights.safetensors").write_bytes(bytes(9_000_000))
    return fetch_snapshot(str(tmp_path))


def digest(model: Snapshot) -> str:
    return Snapshot(model.name, model.folder, None).digest


def test_weights_and_settings_decide_the_digest_and_notes_do_not(model: Snapshot) -> None:
    before = digest(model)
    (model.folder / "README.md").write_text("Nice.")
    assert digest(model) == before
    digests = {before}
    for path, content in {
        "config.json": b'{"a": 2}',
        "part/weights.safetensors": bytes(8_999_999) + b"\1",
        "part/more.safetensors": b"",
    }.items():
        (model.folder / path).write_bytes(content)
        digests.add(digest(model))
    assert len(digests) == 4


def test_settings_are_read(model: Snapshot) -> None:
    assert model.read_settings("config.json") == {"a": 1}
    for name in ("none.json", "part/weights.safetensors"):
        with pytest.raises(UnusableWeightsError, match=f"{name} is missing or damaged"):
            model.read_settings(name)


@pytest.mark.parametrize("name", ["/no/such", "./a/b", "folder"])
def test_what_can_be_no_name_on_the_hub_is_not_asked_for(name: str) -> None:
    with pytest.raises(UnusableWeightsError, match=f"{name}: no such folder"):
        fetch_snapshot(name)


def test_a_model_is_downloaded_once_and_known_by_its_commit(
    model: Snapshot, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.models["Qwen/Toy"] = model.folder
    disable_progress_bars()  # as transformers do when they are told to be silent
    found = fetch_snapshot("Qwen/Toy")
    assert "Fetching 2 files" in capsys.readouterr().err
    assert (found.name, found.revision) == ("Qwen/Toy", COMMIT)
    assert found.digest == digest(model)
    assert sorted(hub.sent) == ["config.json", "part/weights.safetensors"]
    hub.close()
    assert fetch_snapshot("Qwen/Toy").folder == found.folder


def test_settings_are_downloaded_without_weights(model: Snapshot, hub: Hub) -> None:
    hub.models["Qwen/Toy"] = model.folder
    assert fetch_settings("Qwen/Toy", "main").read_settings("config.json") == {"a": 1}
    assert hub.sent == ["config.json"]
    assert fetch_snapshot("Qwen/Toy").digest == digest(model)
    assert hub.sent == ["config.json", "part/weights.safetensors"]


def hang_up(hub: Hub) -> None:
    hub.broken = ".safetensors"


@pytest.mark.parametrize(
    ("fail", "reason"),
    [
        (lambda hub: hub.models.clear(), "404"),
        (lambda hub: hub.close(), "Connect"),
        (hang_up, "peer closed connection"),
    ],
)
def test_a_failed_download_is_a_line(
    model: Snapshot, hub: Hub, fail: Callable[[Hub], None], reason: str
) -> None:
    hub.models["Qwen/Toy"] = model.folder
    fail(hub)
    with pytest.raises(UnusableWeightsError, match="Qwen/Toy at main: neither a folder") as caught:
        fetch_snapshot("Qwen/Toy", "main")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_who_is_offline_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UnusableWeightsError, match="outgoing traffic has been disabled"):
        fetch_snapshot("Qwen/None", "v1")


@pytest.mark.parametrize(
    ("card", "name", "commercial"),
    [
        ("---\nlicense: apache-2.0\n---\nText", "apache-2.0", True),
        ("---\nlicense: other\nlicense_name: qwen-research\n---\n", "qwen-research", False),
        ("No header", None, False),
        (None, None, False),
    ],
)
def test_the_card_names_the_licence(
    model: Snapshot, card: str | None, name: str | None, commercial: bool
) -> None:
    if card is not None:
        (model.folder / "README.md").write_text(card)
    licence = read_licence(model)
    assert (licence.name, licence.is_commercial) == (name, commercial)
    if commercial:
        require_commercial(model)
    else:
        with pytest.raises(LicenceError, match=name or "unknown licence"):
            require_commercial(model)
