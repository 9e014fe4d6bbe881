import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.commands import Rr, error_lines, files_of_at_most, only_error


def test_a_data_set_is_made_and_annotated_beside_itself(
    rr: Rr, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rr("synthesize", photographs, tmp_path / "sets", "--samples", "3", "--shard-size", "2")
    folder = Path(made.stdout.strip())
    assert sorted(path.name for path in folder.glob("*.tar")) == ["00000.tar", "00001.tar"]
    assert rr("synthesize", photographs, tmp_path / "sets", "--samples", "3", "--shard-size", "2")
    annotations = Path(rr("annotate", folder).stdout.strip())
    assert annotations.parent == folder.parent
    assert annotations.name.startswith("annotations-")
    monkeypatch.chdir(folder)
    assert Path(rr("annotate", ".").stdout.strip()) == annotations


def test_folders_without_clean_photographs_are_one_line(rr: Rr, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out"
    for folder, words in (("none", "no such folder"), ("empty", "no photographs here")):
        path = tmp_path / folder
        for command in ("synthesize", "evaluate"):
            line = only_error(rr(command, path, out, code=1))
            assert line.startswith(f"{path}: {words}")
    assert not out.exists()


def test_folders_that_are_no_data_set_are_one_line(
    rr: Rr, photographs: Path, dataset: str, tmp_path: Path
) -> None:
    out, none = tmp_path / "out", tmp_path / "none"
    for folder in (none, photographs):
        assert only_error(rr("annotate", folder, code=1)).startswith(f"{folder}: no data set here")
        for arguments in (("reasoner", folder), ("restorer", folder, folder)):
            line = only_error(rr("train", *arguments, out, code=1))
            assert line.startswith(f"{folder}: no ")
    line = only_error(rr("train", "restorer", dataset, photographs, out, code=1))
    assert line.startswith(f"{photographs}: no annotations here")


def test_folders_in_the_wrong_order_are_one_line(rr: Rr, dataset: str, tmp_path: Path) -> None:
    annotations = rr("annotate", dataset, "--output", tmp_path).stdout.strip()
    assert "not written by `rr synthesize`" in only_error(rr("annotate", annotations, code=1))
    run = tmp_path / "run"
    line = only_error(rr("train", "reasoner", annotations, run, code=1))
    assert line.startswith(f"{annotations}/spec.json: not written by `rr synthesize`")
    line = only_error(rr("train", "restorer", annotations, dataset, run, code=1))
    assert "not written by `rr annotate`" in line


def test_a_training_that_could_not_begin_does_not_keep_its_folder(
    rr: Rr, photographs: Path, dataset: str, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    rr("train", "reasoner", photographs, run, "--steps", 1, code=1)
    made = rr("train", "reasoner", dataset, run, "--steps", 1, "--batch-size", 2).stdout.strip()
    assert Path(made) == run / "edge-reasoner.safetensors"
    assert Path(made).exists()
    line = only_error(rr("train", "reasoner", dataset, run, "--steps", 2, code=1))
    assert "holds a training run with other settings" in line


def test_a_vision_language_model_is_trained_by_the_same_command(
    rr: Rr, dataset: str, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    refused = rr("train", "reasoner", dataset, run, "--tier", "qwen", code=2)
    assert "name the model with --start" in refused.stderr
    refused = rr("train", "reasoner", dataset, run, "--rank", 4, code=2)
    assert "the tier edge has no option --rank" in refused.stderr
    assert not run.exists()
    toy = ("--tier", "tiny", "--steps", 2, "--batch-size", 2, "--accumulate", 1)
    made = Path(rr("train", "reasoner", dataset, run, *toy).stdout.strip())
    assert made == run / "model"
    command = ("--tier", "qwen", "--start", made, "--steps", 1, "--batch-size", 2)
    adapted = Path(rr("train", "reasoner", dataset, tmp_path / "other", *command).stdout.strip())
    assert (adapted / "adapter_model.safetensors").exists()


def test_what_training_a_published_model_takes_is_told_before_any_work(
    rr: Rr, tmp_path: Path
) -> None:
    none, run = tmp_path / "none", tmp_path / "run"
    model = ("--tier", "qwen", "--start", "Qwen/Qwen3-VL-4B-Instruct")
    shown = rr("train", "reasoner", none, run, *model, "--rank", 8, "--plan").stdout
    assert "4,437.8" in shown
    assert "16.5" in shown  # million parameters of the adapter, and GiB of weights in float32
    assert "252 linear layers" in shown
    assert "--start MODEL" in rr("train", "reasoner", none, run, "--plan", code=2).stderr
    assert not run.exists()


def test_a_training_on_a_full_disk_is_one_line_and_goes_on(
    rr: Rr, dataset: str, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    command = ("train", "reasoner", dataset, run, "--steps", 1, "--batch-size", 2)
    with files_of_at_most(100_000):
        line = only_error(rr(*command, code=1))
        assert line.startswith(f"{run}/checkpoint.pt: cannot be written at step 1")
    assert sorted(path.name for path in run.iterdir()) == ["log.jsonl", "run.json"]
    rr(*command)
    made = run / "edge-reasoner.safetensors"
    made.unlink()
    with files_of_at_most(100_000):
        assert only_error(rr(*command, code=1)).startswith(f"{made}: File too large")
    rr(*command)
    assert made.exists()


def test_a_pipeline_finds_out_early_that_a_folder_is_wrong(
    rr: Rr, photographs: Path, heldout: Path, tmp_path: Path
) -> None:
    out, none = tmp_path / "out", tmp_path / "none"
    line = only_error(rr("pipeline", photographs, photographs, out, code=1))
    assert "keep the two folders apart" in line
    line = only_error(rr("pipeline", photographs, none, out, code=1))
    assert line.startswith(f"{none}: no such folder")
    line = only_error(rr("pipeline", photographs, heldout, out, "--archive", none, code=1))
    assert f"{none} does not exist" in line
    assert not out.exists()


def test_files_that_synthesis_cannot_use_are_named_once(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed"
    shutil.copytree(photographs, mixed)
    (mixed / "torn.jpg").write_text("hello")
    result = rr("synthesize", mixed, tmp_path / "sets", "--samples", "16", code=1)
    errors = error_lines(result)
    assert errors[0] == "Error: torn.jpg: the file is not an image of a known format"
    assert errors[1].startswith("Error: 1 file could not be used; ")
    assert len(errors) == 2


def test_a_data_set_is_made_of_what_patterns_leave(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    kept, *others = sorted(path.name for path in photographs.iterdir())
    patterns = [part for name in others for part in ("--exclude", name)]
    made = rr("synthesize", photographs, tmp_path / "sets", "--samples", "2", *patterns)
    (table,) = Path(made.stdout.strip()).glob("[0-9]*.parquet")
    assert set(pl.read_parquet(table)["source"]) == {kept}
    for command in ("synthesize", "restore"):
        line = only_error(rr(command, photographs, tmp_path, "--include", "!", code=2))
        assert line.startswith("--include: matches nothing; write patterns as in .gitignore")
