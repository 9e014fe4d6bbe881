"""The photographs that ship with the project are credited, free, and of the split they say."""

import csv
import hashlib
from pathlib import Path

import pytest

INFRA = Path(__file__).parents[2] / "infra"
SAMPLES = INFRA / "samples"
FREE = ("CC0-1.0", "public-domain", "CC-BY-", "CC-BY-SA-")
FILES = sorted(SAMPLES.glob("*/*"))


def credit_stanzas() -> dict[str, dict[str, str]]:
    text = (SAMPLES / "CREDITS").read_text(encoding="utf-8")
    stanzas = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            stanzas.append(dict(line.split(": ", 1) for line in lines))
    credited = {stanza["File"]: stanza for stanza in stanzas}
    assert len(credited) == len(stanzas), "a file is credited twice"
    return credited


def manifest_rows() -> dict[str, dict[str, str]]:
    with (INFRA / "photos" / "photos.tsv").open(newline="", encoding="utf-8") as lines:
        return {row["sha256"]: row for row in csv.DictReader(lines, delimiter="\t")}


def test_there_are_eight_and_four_in_less_than_three_megabytes() -> None:
    assert [file.parent.name for file in FILES] == ["heldout"] * 4 + ["train"] * 8
    assert sum(file.stat().st_size for file in FILES) < 3_000_000


def test_every_credit_has_its_file_and_every_file_its_credit() -> None:
    assert set(credit_stanzas()) == {f"{file.parent.name}/{file.name}" for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_sample_is_credited_under_a_free_licence(file: Path) -> None:
    stanza = credit_stanzas()[f"{file.parent.name}/{file.name}"]
    for field in ("Title", "Author", "Debian-Package", "Stated-In"):
        assert stanza[field].strip()
    assert stanza["License"].startswith(FREE)
    assert stanza["Source"].startswith("https://")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_sample_is_of_the_split_of_its_folder(file: Path) -> None:
    row = manifest_rows()[hashlib.sha256(file.read_bytes()).hexdigest()]
    assert (row["split"], row["file"]) == (file.parent.name, file.name)
    assert (
        row["debian_package"] == credit_stanzas()[f"{row['split']}/{row['file']}"]["Debian-Package"]
    )
    assert min(int(row["width"]), int(row["height"])) >= 512
