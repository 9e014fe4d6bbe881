"""A damaged shard ends whatever reads it with one line, and no part of it passes for the whole."""

import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from flows import cli
from rr_tasks.shards.index import index_samples
from rr_tasks.shards.png import encode_png
from rr_tasks.shards.writer import Outcome, write_shard
from schemas.errors import ExpectedError
from schemas.prior.current import CURRENT_VERSION, DiagnosticPrior
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import DegradationRecipe
from schemas.shard import (
    AnnotationSpec,
    SampleRow,
    SynthesisSpec,
    spec_hash,
)
from tests.readers import PAIRING, READERS, Command, Folders

KEYS = [f"00000000{index}" for index in range(6)]
FAILED, BROKEN = KEYS[1], KEYS[4]


@pytest.fixture
def folders(tmp_path: Path, grid: DegradationRecipe, prior: DiagnosticPrior) -> Folders:
    def outcomes(*pictures: str) -> Iterator[Outcome]:
        picture = encode_png(np.random.default_rng(0).integers(0, 255, (32, 32, 3), np.uint8))
        for key in KEYS:
            if key == FAILED:
                if pictures:  # a photograph that gave no sample is not annotated
                    yield SampleRow(key=key, source="b.png", status="failed", error="torn"), None
                continue
            row = SampleRow(key=key, source=f"{key}.png", status="ok", width=32, height=32)
            yield row, {**dict.fromkeys(pictures, picture), "prior.json": prior.model_dump_json()}

    def made(name: str, spec: SynthesisSpec | AnnotationSpec, *pictures: str) -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "spec.json").write_text(spec.model_dump_json())
        write_shard(str(folder), 0, spec_hash(spec), CURRENT_VERSION, outcomes(*pictures))
        return str(folder)

    data = SynthesisSpec(recipe=grid, seed=0, samples=6, shard_size=6, inputs_sha256="0" * 64)
    notes = AnnotationSpec(
        source=spec_hash(data), reasoner=ReasonerIdentity(kind="edge", weights_sha256="a" * 64)
    )
    older = notes.model_copy(
        update={"reasoner": ReasonerIdentity(kind="edge", weights_sha256="b" * 64)}
    )
    (tmp_path / "output").mkdir()
    return Folders(
        made("shards", data, "clean.png", "degraded.png"),
        made("annotations", notes),
        made("other", older),
        str(tmp_path / "output"),
    )


def place(tar: Path, extension: str) -> int:
    with tarfile.open(tar) as opened:
        return opened.getmember(f"{BROKEN}.{extension}").offset


def cut_in_a_file(tar: Path) -> None:
    tar.write_bytes(tar.read_bytes()[: place(tar, "prior.json") + 600])


def cut_between_samples(tar: Path) -> None:
    with tarfile.open(tar) as opened:
        first = next(entry for entry in opened if entry.name.startswith(BROKEN))
    tar.write_bytes(tar.read_bytes()[: first.offset])


def cut_within_a_sample(tar: Path) -> None:
    """Where a sample has one file alone there is nothing within it."""
    tar.write_bytes(tar.read_bytes()[: place(tar, "prior.json")])


def without_the_last(tar: Path) -> None:
    """Written anew, whole but for some samples."""
    with tarfile.open(tar) as opened:
        kept = [(m, opened.extractfile(m)) for m in opened if m.name < BROKEN]
        with tarfile.open(tar.with_suffix(".new"), "w", format=tarfile.USTAR_FORMAT) as shorter:
            for member, content in kept:
                shorter.addfile(member, content)
    tar.with_suffix(".new").rename(tar)


DAMAGES = [cut_in_a_file, cut_between_samples, cut_within_a_sample, without_the_last, Path.unlink]

each_reader = pytest.mark.parametrize(
    ("command", "damaged"),
    [pytest.param(*one, id=f"{one[0].__name__}-{one[1]}") for one in READERS],
)
each_damage = pytest.mark.parametrize("damage", DAMAGES)


def fails(command: Command, of: Folders) -> str:
    """The one line that a command ends with; what it leaves behind is whole, and not finished."""
    before = sorted(Path(of.output).parent.rglob("*"))
    with pytest.raises(ExpectedError) as caught:
        command(of)
    left = {
        path.name
        for path in Path(of.output).parent.rglob("*")
        if path not in before and path.is_file() and path.suffix not in (".png", ".jpg")
    }
    assert left <= {"spec.json", "export.json"}
    (line,) = str(caught.value).splitlines()
    return line


@each_damage
@each_reader
def test_a_damaged_tar_is_named_with_the_sample(
    command: Command, damaged: str, damage: Callable[[Path], None], folders: Folders
) -> None:
    folder = getattr(folders, damaged)
    damage(Path(folder, "00000.tar"))
    line = fails(command, folders)
    assert line.startswith(f"{folder}/00000.tar: sample 00000000")
    assert "cannot be read (" in line
    assert line.endswith(
        f"delete {folder}/00000.done.json and run the command that made the shard again"
    )


@pytest.mark.parametrize("content", [None, b"", b"PAR1 torn"])
@pytest.mark.parametrize("command", PAIRING)
def test_missing_rows_are_named(command: Command, content: bytes | None, folders: Folders) -> None:
    sidecar = Path(folders.shards, "00000.parquet")
    sidecar.unlink() if content is None else sidecar.write_bytes(content)
    line = fails(command, folders)
    assert line.startswith(f"{sidecar}: {'missing' if content is None else 'not a readable'}")
    assert f"delete {folders.shards}/00000.done.json and run" in line


@pytest.mark.parametrize("command", PAIRING)
def test_samples_in_another_order_are_not_given_to_the_wrong_rows(
    command: Command, folders: Folders
) -> None:
    tar = Path(folders.shards, "00000.tar")
    with tarfile.open(tar) as opened:  # in reverse order, each sample whole
        members = sorted(opened, key=lambda m: (-int(m.name.split(".")[0]), m.name))
        contents = [(member, opened.extractfile(member)) for member in members]
        with tarfile.open(tar.with_suffix(".new"), "w") as other:
            for member, content in contents:
                other.addfile(member, content)
    tar.with_suffix(".new").rename(tar)
    assert f"{tar}: holds sample {KEYS[-1]} where {KEYS[0]} is expected" in fails(command, folders)


@each_reader
def test_priors_of_the_future_are_refused_at_once(
    command: Command, damaged: str, folders: Folders
) -> None:
    folder = Path(getattr(folders, damaged))
    for path in folder.glob("*.json"):
        document = json.loads(path.read_text())
        path.write_text(json.dumps({**document, "schema_version": 7}))
    line = fails(command, folders)
    assert line.startswith(str(folder))
    assert line.endswith(
        "schema_version 7 of diagnostic priors is not known here: this release reads versions up "
        f"to {CURRENT_VERSION}; upgrade reason-and-restore"
    )


def test_the_command_line_says_it_in_one_line(folders: Folders, tmp_path: Path) -> None:
    Path(folders.shards, "00000.tar").unlink()
    page = tmp_path / "look.html"
    result = CliRunner().invoke(cli.app, ["inspect", folders.shards, "--html", str(page)])
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert line.startswith(f"Error: {folders.shards}/00000.tar: sample {KEYS[0]} cannot be read")
    assert not page.exists()


def test_a_look_at_priors_of_the_future_warns(folders: Folders) -> None:
    marker = Path(folders.shards, "00000.done.json")
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "schema_version": 7}))
    result = CliRunner().invoke(cli.app, ["inspect", folders.shards])
    assert result.exit_code == 0
    assert "Warning: schema_version 7 of diagnostic priors is not known here" in result.output


@each_damage
def test_no_sample_is_looked_up_in_a_damaged_tar(
    damage: Callable[[Path], None], folders: Folders
) -> None:
    tar = Path(folders.shards, "00000.tar")
    damage(tar)
    with pytest.raises(ExpectedError, match=f"^{tar}: |^{tar.parent}: sample {BROKEN} has no "):
        index_samples(folders.shards, "prior.json")
