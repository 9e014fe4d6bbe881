from collections.abc import Callable
from pathlib import Path

import pytest

from flows import train
from flows.terminal import Terminal
from rr_tasks.inspection.data_uri import shrink_picture
from rr_tasks.training import editor
from schemas.parameters.editor_training import TrainEditorParameters
from tests.makers import jpeg, scene


def test_the_last_samples_are_kept_beside_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_editor: Callable[[str], str]
) -> None:
    adapter = tmp_path / "pytorch_lora_weights.safetensors"
    (tmp_path / editor.SAMPLES).mkdir()
    sheets = {step: jpeg(scene(96 + step, 32)) for step in (5, 10)}
    for step, sheet in sheets.items():
        (tmp_path / editor.SAMPLES / f"{step:06d}.jpg").write_bytes(sheet)
    notes: dict[str, str] = {}
    monkeypatch.setattr(editor, "check_editor_training", lambda _: None)
    monkeypatch.setattr(editor, "run_editor_training", lambda *_: str(adapter))
    monkeypatch.setattr(Terminal, "publish_note", lambda _, *note: notes.update([note[:2]]))
    parameters = TrainEditorParameters(
        shards="s", annotations="a", output=str(tmp_path), start=toy_editor("edit")
    )
    assert train.train_editor(parameters) == str(adapter)
    assert notes == {"samples": f"![samples]({shrink_picture(sheets[10])})"}
