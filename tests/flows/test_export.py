import os

os.environ["HF_HUB_OFFLINE"] = "1"

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from flows import cli
from tests.commands import only_error


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["export", *arguments], env={"COLUMNS": "100"})


def test_a_data_set_is_exported_for_hugging_face(dataset: str, tmp_path: Path) -> None:
    import datasets

    output = str(tmp_path / "hub")
    for _ in range(2):  # the second run finds everything done
        result = run("hf", dataset, output, "--split", "test")
        assert result.exit_code == 0, result.output
        assert result.stdout == f"{output}\n"
    data = datasets.load_dataset(output, split="test", cache_dir=str(tmp_path / "cache"))
    assert data.num_rows == 48


def test_a_data_set_is_exported_as_chats(dataset: str, tmp_path: Path) -> None:
    output = tmp_path / "chats"
    result = run("messages", dataset, str(output), "--workers", "1")
    assert result.exit_code == 0, result.output
    written = (output / "messages.jsonl").read_text().splitlines()
    assert len(written) == len(list(output.glob("images/*/*.png"))) == 48
    assert json.loads((output / "export.json").read_text())["prompt_version"] == "2"


def test_what_cannot_be_exported_is_one_line(dataset: str, tmp_path: Path) -> None:
    for command in ("hf", "messages"):
        output = str(tmp_path / command)
        result = run(command, str(tmp_path), output)
        assert result.exit_code == 1
        assert only_error(result).startswith(f"{tmp_path}: no finished shards here")
        assert not Path(output).exists()
    assert run("hf", dataset, str(tmp_path / "hub")).exit_code == 0
    result = run("hf", dataset, str(tmp_path / "hub"), "--split", "test")
    assert result.exit_code == 1
    assert "holds an export of other shards, of other annotations or with other options" in (
        result.stderr
    )
    result = run("hf", dataset, str(tmp_path / "bad"), "--split", "a/b")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: --split: ")
