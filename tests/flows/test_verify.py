"""`--verify` reads every shard first, and stops at one that is not what was written."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cli
from flows.annotate import annotate
from schemas.parameters.annotation import AnnotateParameters


@pytest.fixture
def changed(dataset: str, tmp_path: Path) -> Path:
    """A copy of a data set; a byte of a photograph in its second shard has changed on the disk."""
    folder = tmp_path / Path(dataset).name
    shutil.copytree(dataset, folder)
    tar = folder / "00001.tar"
    content = bytearray(tar.read_bytes())
    content[5_000] ^= 1
    tar.write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def annotations(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Diagnoses of the data set."""
    output = str(tmp_path_factory.mktemp("annotations"))
    return annotate(AnnotateParameters(shards=dataset, output=output))


@pytest.mark.parametrize(
    "command",
    [
        "annotate {shards} --output {out}",
        "annotate {shards} --output {out} --refresh",
        "train reasoner {shards} {out}",
        "train restorer {shards} {annotations} {out}",
        "export hf {shards} {out}",
        "export messages {shards} {out}",
    ],
)
def test_a_changed_shard_is_named_before_the_work_begins(
    changed: Path, annotations: str, tmp_path: Path, command: str
) -> None:
    places = {"shards": changed, "annotations": annotations, "out": tmp_path / "out"}
    result = CliRunner().invoke(cli.app, [*command.format(**places).split(), "--verify"])
    assert result.exit_code == 1
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("Error"))
    assert line.startswith(f"Error: {changed}/00001.tar: its content has changed since")
    assert not (tmp_path / "out").exists()
