import json
from pathlib import Path

import pytest
import webdataset as wds

from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.export import hub
from rr_tasks.export.hub import export_hub_shard, open_hub_export, publish_card
from rr_tasks.export.source import OtherExportError, Source, read_examples
from rr_tasks.priors import without_maps
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.spec import open_dataset
from rr_tasks.storage.files import join, list_files, publish_bytes, read_bytes
from schemas.prior.current import CURRENT_VERSION
from schemas.prior.migrations import load_prior
from schemas.recipe import DegradationRecipe
from tests.s3 import S3
from tests.versions import as_version_1


def export(output: str, source: Source, split: str = "train") -> None:
    spec = open_hub_export(output, source, split)
    for marker in source.check():
        export_hub_shard(output, spec, source, marker.shard)
    publish_card(output, spec, source)


def test_datasets_loads_the_folder(annotated: Source, tmp_path: Path) -> None:
    import datasets

    output = str(tmp_path / "hub")
    export(output, annotated)
    data = datasets.load_dataset(output, cache_dir=str(tmp_path / "cache"))
    assert list(data) == ["train"]
    examples = [example for shard in (0, 1) for _, example in read_examples(annotated, shard)]
    assert len(data["train"]) == len(examples) == 48
    for row, example in zip(data["train"], examples, strict=True):
        assert example is not None
        assert row["__key__"] == example.key
        assert row["prior.json"] == example.truth.model_dump(mode="json")
        assert example.annotation is not None
        assert row["annotation.json"] == example.annotation.model_dump(mode="json")
    first = examples[0]
    assert first is not None
    for column, png in (("clean.png", first.clean), ("degraded.png", first.degraded)):
        assert data["train"][0][column].tobytes() == decode_png(png).tobytes()


def test_a_diagnosis_that_failed_is_null(partly_annotated: Source, tmp_path: Path) -> None:
    import datasets

    output = str(tmp_path / "hub")
    export(output, partly_annotated)
    data = datasets.load_dataset(output, cache_dir=str(tmp_path / "cache"))["train"]
    examples = [e for shard in (0, 1) for _, e in read_examples(partly_annotated, shard)]
    found = [example and example.annotation for example in examples]
    assert [prior is None for prior in data["annotation.json"]] == [one is None for one in found]
    assert None in found


def test_datasets_streams_it_and_reads_its_tars_without_the_card(
    bare: Source, tmp_path: Path
) -> None:
    import datasets

    output = str(tmp_path / "hub")
    export(output, bare, "validation")
    stream = datasets.load_dataset(output, split="validation", streaming=True)
    assert sum(1 for _ in stream) == 48
    tars = {"train": f"{output}/validation/*.tar"}
    data = datasets.load_dataset("webdataset", data_files=tars, cache_dir=str(tmp_path / "cache"))
    assert data["train"].num_rows == 48
    assert "annotation.json" not in data["train"].column_names


def test_types_do_not_depend_on_the_first_samples(photographs: Path, tmp_path: Path) -> None:
    import datasets

    recipe = DegradationRecipe(name="clean", size=64, clean_share=1.0)
    spec, urls = plan_synthesis(str(photographs), recipe, 0, 3, 3)
    folder = open_dataset(str(tmp_path), spec, urls)
    synthesize_shard(folder, spec, str(photographs), 0)
    export(str(tmp_path / "hub"), Source(folder, None))
    data = datasets.load_dataset(str(tmp_path / "hub"), cache_dir=str(tmp_path / "cache"))
    kinds = data["train"].features["prior.json"]["rain"]["parameters"]
    assert kinds["density"] == datasets.Value("float64")


def test_webdataset_reads_its_tars(bare: Source, tmp_path: Path) -> None:
    export(str(tmp_path), bare)
    tars = [str(tmp_path / "train" / f"{shard:05d}.tar") for shard in (0, 1)]
    samples = list(wds.WebDataset(tars, shardshuffle=False))
    assert len(samples) == 48
    assert {"clean.png", "degraded.png", "prior.json"} <= set(samples[0])


def test_older_priors_are_brought_up(bare: Source, tmp_path: Path) -> None:
    export(str(tmp_path), bare)
    sample = next(iter(wds.WebDataset(str(tmp_path / "train" / "00000.tar"), shardshuffle=False)))
    assert json.loads(sample["prior.json"])["schema_version"] == CURRENT_VERSION
    prior = load_prior(sample["prior.json"])
    assert load_prior(json.dumps(as_version_1(prior))) == without_maps(prior)


def test_it_goes_on_where_it_was_stopped_and_writes_the_same_bytes(
    annotated: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    export(str(whole), annotated)
    spec = open_hub_export(str(stopped), annotated, "train")
    export_hub_shard(str(stopped), spec, annotated, 0)
    assert not (stopped / "README.md").exists()
    read = []
    monkeypatch.setattr(
        hub, "read_examples", lambda *given: read.append(given[1]) or read_examples(*given)
    )
    export(str(stopped), annotated)
    assert read == [1]
    for path in (*whole.rglob("*.tar"), *whole.rglob("*.parquet"), whole / "README.md"):
        assert (stopped / path.relative_to(whole)).read_bytes() == path.read_bytes()


def test_another_export_is_refused(annotated: Source, bare: Source, tmp_path: Path) -> None:
    export(str(tmp_path), bare)
    with pytest.raises(OtherExportError, match=r"export\.json"):
        export(str(tmp_path), annotated)


def test_from_and_to_s3(dataset: str, bare: Source, tmp_path: Path, s3: S3) -> None:
    for path in Path(dataset).iterdir():
        publish_bytes(path.read_bytes(), join(s3.url, "set", path.name))
    far = join(s3.url, "hub")
    export(far, Source(join(s3.url, "set"), None))
    export(str(tmp_path), bare)
    names = [url.removeprefix(far) for url in list_files(far)]
    near = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert names == sorted(f"/{path.relative_to(tmp_path)}" for path in near)
    for path in tmp_path.rglob("*.tar"):
        assert read_bytes(join(far, str(path.relative_to(tmp_path)))) == path.read_bytes()


def test_the_card_says_how_many_there_are(bare: Source, tmp_path: Path) -> None:
    export(str(tmp_path), bare)
    card = (tmp_path / "README.md").read_text()
    assert "- n<1K" in card
    assert "48 photographs" in card
    assert "annotation.json" not in card
    sizes = {999: "n<1K", 1000: "1K<n<10K", 99_999: "10K<n<100K", 10**6: "1M<n<10M", 10**7: "n>10M"}
    for samples, name in sizes.items():
        assert hub._size_category(samples) == name
