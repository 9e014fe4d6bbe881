from collections.abc import Callable
from pathlib import Path

import pytest

from flows import train
from flows.terminal import Terminal
from rr_tasks.training import editor
from schemas.parameters.editor_training import TrainEditorParameters


def test_the_last_samples_are_kept_beside_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_editor: Callable[[str], str]
) -> None:
    adapter = tmp_path / "pytorch_lora_weights.safetensors"
    (tmp_path / editor.SAMPLES).mkdir()
    for name, content in (("000500.jpg", b"old"), ("001000.jpg", b"new")):
        (tmp_path / editor.SAMPLES / name).write_bytes(content)
    notes: dict[str, str] = {}
    monkeypatch.setattr(editor, "check_editor_training", lambda _: None)
    monkeypatch.setattr(editor, "run_editor_training", lambda *_: str(adapter))
    monkeypatch.setattr(Terminal, "publish_note", lambda _, *note: notes.update([note[:2]]))
    parameters = TrainEditorParameters(
        shards="s", annotations="a", output=str(tmp_path), start=toy_editor("edit")
    )
    assert train.train_editor(parameters) == str(adapter)
    assert notes == {
        "samples": "Degraded, restored, clean: ![samples](data:image/jpeg;base64,bmV3)"
    }
