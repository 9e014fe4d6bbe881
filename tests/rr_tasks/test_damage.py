"""What is whole of a damaged shard is used, what is not is named, and nobody learns from a part."""

import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from flows import cli
from rr_tasks.export.messages import list_lost as list_left_out
from rr_tasks.inspection.pictures import pick_pictures
from rr_tasks.shards.outcomes import list_lost
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
from tests.readers import (
    LEARNERS,
    READERS,
    Command,
    Folders,
    annotate,
    archive,
    export_hub,
    export_messages,
    kept_by,
    migrate,
)
from tests.samples import all_samples

KEYS = [f"00000000{index}" for index in range(6)]
FIRST, FAILED, BROKEN = KEYS[0], KEYS[1], KEYS[4]


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


def overwrite(tar: Path, start: int, length: int) -> None:
    """Of each file of a sample, from its header on."""
    with tarfile.open(tar) as opened:
        places = [entry.offset + start for entry in opened if entry.name.startswith(BROKEN)]
    content = bytearray(tar.read_bytes())
    for place in places:
        content[place : place + length] = bytes(length)
    tar.write_bytes(content)


def zero_headers(tar: Path) -> None:
    overwrite(tar, 0, 512)


def garble_contents(tar: Path) -> None:
    overwrite(tar, 600, 8)


DAMAGES: dict[Callable[[Path], None], int] = {
    cut_in_a_file: 3,
    cut_between_samples: 3,
    cut_within_a_sample: 3,
    without_the_last: 3,
    zero_headers: 4,
    garble_contents: 4,
    Path.unlink: 0,
}
"""What may happen to a tar of five samples, and how many of them are left."""


def each(readers: list[tuple[Command, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("command", "damaged"),
        [pytest.param(*one, id=f"{one[0].__name__}-{one[1]}") for one in readers],
    )


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


@pytest.mark.parametrize("damage", DAMAGES)
@each(LEARNERS)
def test_nobody_learns_from_a_part_and_the_tar_is_named_with_the_sample(
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


@pytest.mark.parametrize("damage", DAMAGES)
@each(READERS)
def test_everyone_else_uses_the_samples_that_are_whole(
    command: Command,
    damaged: str,
    damage: Callable[[Path], None],
    folders: Folders,
    capfd: pytest.CaptureFixture[str],
) -> None:
    damage(Path(getattr(folders, damaged), "00000.tar"))
    left = DAMAGES[damage]
    if command is annotate and damage in (cut_in_a_file, cut_within_a_sample):
        left += 1  # it needs no prior
    assert kept_by(command, command(folders), folders) == left
    assert capfd.readouterr() == ("", "")  # nor do libraries of C print anything


def test_lost_samples_are_listed_with_the_reason(folders: Folders) -> None:
    garble_contents(Path(folders.shards, "00000.tar"))
    export_hub(folders)
    export_messages(folders._replace(output=f"{folders.output}/chats"))
    listed = list_lost(f"{folders.output}/train"), list_left_out(f"{folders.output}/chats")
    for rows in listed:
        assert rows.select("key", "source", "error").rows() == [
            (BROKEN, f"{BROKEN}.png", "its sample cannot be read: clean.png: not a readable PNG")
        ]


def rename(folder: str, key: str, source: str) -> None:
    """Give the first sample another key and source, as whoever makes a shard by hand can."""
    sidecar, tar = Path(folder, "00000.parquet"), Path(folder, "00000.tar")
    theirs = pl.col("key") == FIRST
    pl.read_parquet(sidecar).with_columns(
        key=pl.when(theirs).then(pl.lit(key)).otherwise("key"),
        source=pl.when(theirs).then(pl.lit(source)).otherwise("source"),
    ).write_parquet(sidecar)
    with tarfile.open(tar) as opened, tarfile.open(tar.with_suffix(".new"), "w") as other:
        for member in opened:
            content = opened.extractfile(member)
            member.name = member.name.replace(FIRST, key)
            other.addfile(member, content)
    tar.with_suffix(".new").rename(tar)


def around(of: Folders) -> set[Path]:
    """What lies beside the folder that a command writes to."""
    output = Path(of.output)
    every = output.parent.parent.rglob("*")
    return {path for path in every if path != output and output not in path.parents}


@pytest.mark.parametrize("key", ["../../../far_escape", "/absolute", "zzz", "a\x1b[2J", "..", ""])
@each([reader for reader in READERS if reader[1] == "shards"])
def test_a_key_that_is_a_path_costs_its_own_sample_only(
    command: Command, damaged: str, key: str, folders: Folders, tmp_path: Path
) -> None:
    del damaged
    for folder in folders[:3]:
        rename(folder, key, f"{FIRST}.png")
    before = around(folders)
    assert kept_by(command, command(folders), folders) == 4
    assert around(folders) == before
    if command is export_hub:
        assert list_lost(f"{folders.output}/train").select("key", "error").rows() == [
            (key, "its sample cannot be read: its key is not made of digits, as those of rr are")
        ]


@pytest.mark.parametrize("source", ["../../../far.png", "\0%2e%2e/%2e%2e/%2e%2e/far.png"])
def test_a_source_that_leads_out_costs_its_own_sample_only(folders: Folders, source: str) -> None:
    rename(folders.shards, FIRST, source)
    before = around(folders)
    assert kept_by(archive, archive(folders), folders) == 4
    assert around(folders) == before


def test_a_recipe_in_a_spec_names_no_folder_outside(folders: Folders) -> None:
    spec = Path(folders.shards, "spec.json")
    document = json.loads(spec.read_text())
    document["recipe"]["name"] = "../../far"
    spec.write_text(json.dumps({**document, "schema_version": 2}))
    before = around(folders)
    assert "far-" in fails(migrate, folders)
    assert around(folders) == before


@pytest.mark.parametrize("kind", ["hf", "messages"])
def test_the_command_line_says_what_it_left_out_of_a_crafted_shard(
    folders: Folders, kind: str
) -> None:
    rename(folders.shards, "../../../far_escape", "\x1b[2Ja.png")
    result = CliRunner().invoke(
        cli.app, ["export", kind, folders.shards, f"{folders.output}/{kind}"]
    )
    assert result.exit_code == 1
    assert f"Error: 1 sample of {folders.shards} cannot be read" in result.stderr
    assert "\x1b" not in result.output


@pytest.mark.parametrize("content", [None, b"", b"PAR1 torn"])
@each(READERS)
def test_missing_rows_are_named(
    command: Command, damaged: str, content: bytes | None, folders: Folders
) -> None:
    sidecar = Path(getattr(folders, damaged), "00000.parquet")
    sidecar.unlink() if content is None else sidecar.write_bytes(content)
    line = fails(command, folders)
    assert line.startswith(f"{sidecar}: {'missing' if content is None else 'not a readable'}")
    assert f"delete {sidecar.parent}/00000.done.json and run" in line


def test_samples_in_another_order_are_not_given_to_the_wrong_rows(folders: Folders) -> None:
    tar = Path(folders.shards, "00000.tar")
    with tarfile.open(tar) as opened:  # in reverse order, each sample whole
        members = sorted(opened, key=lambda m: (-int(m.name.split(".")[0]), m.name))
        contents = [(member, opened.extractfile(member)) for member in members]
        with tarfile.open(tar.with_suffix(".new"), "w") as other:
            for member, content in contents:
                other.addfile(member, content)
    tar.with_suffix(".new").rename(tar)
    export_hub(folders)
    assert list(all_samples(f"{folders.output}/train")) == [KEYS[-1]]


def test_what_else_is_in_a_tar_is_ignored(folders: Folders) -> None:
    tar = Path(folders.shards, "00000.tar")
    with tarfile.open(tar) as opened, tarfile.open(tar.with_suffix(".new"), "w") as other:
        for member in opened:
            junk = tarfile.TarInfo(f"._{member.name}")
            other.addfile(junk)
            content = opened.extractfile(member)
            member.name = f"./{member.name}"
            other.addfile(member, content)
        other.addfile(tarfile.TarInfo("notes"))
    tar.with_suffix(".new").rename(tar)
    export_hub(folders)
    assert list(all_samples(f"{folders.output}/train")) == [key for key in KEYS if key != FAILED]


@each([*READERS, *LEARNERS])
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


@pytest.mark.parametrize("kind", ["hf", "messages"])
def test_the_command_line_counts_what_it_had_to_leave_out(folders: Folders, kind: str) -> None:
    shards, tar = folders.shards, Path(folders.shards, "00000.tar")
    cut_between_samples(tar)
    result = CliRunner().invoke(cli.app, ["export", kind, shards, f"{folders.output}/{kind}"])
    assert result.exit_code == 1
    counted, advice = (line for line in result.stderr.splitlines() if line.startswith("Error: "))
    assert counted.startswith(f"Error: 2 samples of {shards} cannot be read and had to be left out")
    assert advice.startswith(f"Error: {tar} is damaged; delete {shards}/00000.done.json and run")


def test_a_look_shows_what_can_be_read_and_names_the_rest(folders: Folders, tmp_path: Path) -> None:
    tar = Path(folders.shards, "00000.tar")
    garble_contents(tar)
    pictures, damaged = pick_pictures(folders.shards, 12)
    assert len(pictures) == 4
    assert damaged
    assert all(str(tar) in reason for reason in damaged)
    page = tmp_path / "look.html"
    assert (
        CliRunner().invoke(cli.app, ["inspect", folders.shards, "--html", str(page)]).exit_code == 0
    )
    assert page.read_text().count("Not shown: ") == len(damaged)


def test_a_look_at_priors_of_the_future_warns(folders: Folders) -> None:
    marker = Path(folders.shards, "00000.done.json")
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "schema_version": 7}))
    result = CliRunner().invoke(cli.app, ["inspect", folders.shards])
    assert result.exit_code == 0
    assert "Warning: schema_version 7 of diagnostic priors is not known here" in result.output
