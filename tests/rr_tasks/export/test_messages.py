import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.export import messages
from rr_tasks.export.dialect import DATASET_NAME
from rr_tasks.export.messages import (
    choose_split,
    export_messages_shard,
    finish_messages_export,
    open_messages_export,
)
from rr_tasks.export.source import OtherExportError, Source, read_examples
from rr_tasks.storage.files import join, list_files, publish_bytes, read_bytes
from schemas.export import Dialect
from schemas.prior.prompt import PROMPT, answer
from tests.s3 import S3


def export(output: str, source: Source, dialect: Dialect = "tags", **options: Any) -> None:
    spec = open_messages_export(output, source, dialect, **options)
    shards = [marker.shard for marker in source.check()]
    for shard in shards:
        export_messages_shard(output, spec, source, shard)
    finish_messages_export(output, spec, shards)


def lines(output: Path, name: str = "messages.jsonl") -> list[Any]:
    return [json.loads(line) for line in (output / name).read_text().splitlines()]


def examples(source: Source) -> Iterator[Any]:
    return (example for shard in (0, 1) for _, example in read_examples(source, shard))


def test_a_line_shows_the_photograph_asks_and_answers(bare: Source, tmp_path: Path) -> None:
    export(str(tmp_path), bare)
    for line, example in zip(lines(tmp_path), examples(bare), strict=True):
        question, reply = line["messages"]
        assert question == {"role": "user", "content": f"<image>{PROMPT}"}
        assert reply == {"role": "assistant", "content": answer(example.truth, example.key)}
        (image,) = line["images"]
        assert (tmp_path / image).read_bytes() == example.degraded


def test_each_tag_has_its_image(annotated: Source, tmp_path: Path) -> None:
    """LLaMA-Factory refuses a sample with more or fewer `<image>` than images."""
    export(str(tmp_path), annotated)
    for line in lines(tmp_path):
        tags = sum(message["content"].count("<image>") for message in line["messages"])
        assert tags == len(line["images"]) == 1


def test_llama_factory_finds_the_lines(bare: Source, tmp_path: Path) -> None:
    export(str(tmp_path), bare)
    info = json.loads((tmp_path / "dataset_info.json").read_text())[DATASET_NAME]
    assert info["formatting"] == "sharegpt"
    line = json.loads((tmp_path / info["file_name"]).read_text().splitlines()[0])
    assert set(info["columns"].values()) < set(line)
    tags = info["tags"]
    assert [message[tags["role_tag"]] for message in line["messages"]] == [
        tags["user_tag"],
        tags["assistant_tag"],
    ]


def test_annotations_answer_where_they_are_given(annotated: Source, tmp_path: Path) -> None:
    export(str(tmp_path), annotated)
    for line, example in zip(lines(tmp_path), examples(annotated), strict=True):
        assert line["messages"][1]["content"] == answer(example.annotation, example.key)


def test_the_truth_does_not_replace_a_diagnosis_that_failed(
    partly_annotated: Source, tmp_path: Path
) -> None:
    export(str(tmp_path), partly_annotated)
    answered = [one for one in examples(partly_annotated) if one.annotation is not None]
    assert 0 < len(answered) < 48
    replies = [line["messages"][1]["content"] for line in lines(tmp_path)]
    assert replies == [answer(one.annotation, one.key) for one in answered]


def test_datasets_loads_photographs_for_trl(bare: Source, tmp_path: Path) -> None:
    import datasets

    export(str(tmp_path / "chats"), bare, "trl")
    assert not (tmp_path / "chats" / "dataset_info.json").exists()
    data = datasets.load_dataset(str(tmp_path / "chats"), cache_dir=str(tmp_path / "cache"))
    rows = sorted(data["train"], key=lambda row: row["images"][0].filename)
    for row, example in zip(rows, examples(bare), strict=True):
        question, reply = row["messages"]
        assert [part["type"] for part in question["content"]] == ["image", "text"]
        assert "image" not in question["content"][0]  # TRL puts it in where none is yet
        assert question["content"][1]["text"] == PROMPT
        assert [part["text"] for part in reply["content"]] == [answer(example.truth, example.key)]
        assert Path(row["images"][0].filename).read_bytes() == example.degraded


@pytest.mark.parametrize("dialect", ["tags", "trl"])
def test_a_stopped_shard_shows_no_lines_and_the_next_run_makes_it_whole(
    bare: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dialect: Dialect
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    export(str(whole), bare, dialect)
    spec = open_messages_export(str(stopped), bare, dialect)
    export_messages_shard(str(stopped), spec, bare, 0)

    def breaking(source: Source, shard: int) -> Iterator[Any]:
        for place, pair in enumerate(read_examples(source, shard)):
            if place == messages._BATCH - 1:
                raise ConnectionError("gone")
            yield pair

    with monkeypatch.context() as patched:
        patched.setattr(messages, "_BATCH", 8)
        patched.setattr(messages, "read_examples", breaking)
        with pytest.raises(ConnectionError):
            export_messages_shard(str(stopped), spec, bare, 1)
    assert len(list(stopped.rglob("*.jsonl"))) == 1
    first = {path: path.stat().st_mtime_ns for path in stopped.rglob("*00000*/*")}
    export(str(stopped), bare, dialect)
    assert all(path.stat().st_mtime_ns == before for path, before in first.items())
    made = {path.relative_to(stopped): path.read_bytes() for path in stopped.rglob("*.*")}
    assert made == {path.relative_to(whole): path.read_bytes() for path in whole.rglob("*.*")}


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_scene_is_for_training_or_for_validation(
    bare: Source, tmp_path: Path, share: float
) -> None:
    export(str(tmp_path), bare, validation=share)
    scenes = {example.key: example.scene for example in examples(bare)}
    learned, validated = (
        [scenes[Path(line["images"][0]).stem] for line in lines(tmp_path, name)]
        for name in ("messages.jsonl", "validation.jsonl")
    )
    assert not set(learned) & set(validated)
    assert len(learned) + len(validated) == 48
    if share in (0.0, 1.0):
        assert len(validated) == 48 * share


def test_about_the_wanted_share_of_scenes_is_for_validation() -> None:
    splits = [choose_split(str(scene), 0.2) for scene in range(2000)]
    assert 0.17 < splits.count("validation") / 2000 < 0.23
    more = [choose_split(str(scene), 0.3) for scene in range(2000)]
    assert all(m == "validation" for s, m in zip(splits, more, strict=True) if s != "train")


def test_datasets_loads_both_splits(bare: Source, tmp_path: Path) -> None:
    import datasets

    export(str(tmp_path / "chats"), bare, "trl", validation=0.4, licence="CC0-1.0")
    data = datasets.load_dataset(str(tmp_path / "chats"), cache_dir=str(tmp_path / "cache"))
    assert set(data) == {"train", "validation"}
    assert len(data["train"]) + len(data["validation"]) == 48
    assert set(data["validation"]["licence"]) == {"CC0-1.0"}


def test_a_line_says_where_what_is_worth_learning_begins(bare: Source, tmp_path: Path) -> None:
    export(str(tmp_path), bare)
    for line in lines(tmp_path):
        reply = line["messages"][1]["content"]
        assert reply[line["learned_from"] :].startswith('"reasoning": ')
        assert "licence" not in line


def test_another_dialect_is_refused(bare: Source, tmp_path: Path) -> None:
    export(str(tmp_path), bare)
    with pytest.raises(OtherExportError):
        export(str(tmp_path), bare, "trl")


def test_from_and_to_s3(dataset: str, bare: Source, tmp_path: Path, s3: S3) -> None:
    for path in Path(dataset).iterdir():
        publish_bytes(path.read_bytes(), join(s3.url, "set", path.name))
    far = join(s3.url, "chats")
    export(far, Source(join(s3.url, "set"), None))
    export(str(tmp_path), bare)
    near = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [url.removeprefix(far) for url in list_files(far)] == [
        f"/{path.relative_to(tmp_path)}" for path in near
    ]
    for path in near:
        assert read_bytes(join(far, str(path.relative_to(tmp_path)))) == path.read_bytes()
