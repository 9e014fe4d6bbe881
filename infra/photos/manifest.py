"""The manifest of photographs: which file of which Debian package each one is, and its sha256."""

import csv
from dataclasses import dataclass
from pathlib import Path

MANIFEST = Path(__file__).with_name("photos.tsv")
SPLITS = ("train", "heldout")
COLUMNS = (
    *("split", "file", "debian_package", "width", "height"),
    *("sha256", "version", "path", "resource"),
)


class ObtainError(Exception):
    """A photograph, its package or the manifest is not as it should be."""


@dataclass(frozen=True)
class Photograph:
    """A line of the manifest.

    `path` is the file inside the package; where that is a Qt resource archive, `resource` is the
    path inside it, otherwise `resource` is empty. `version` is the recorded package version.
    """

    split: str
    file: str
    package: str
    version: str
    path: str
    resource: str
    sha256: str

    def place(self, dest: Path) -> Path:
        """Where the photograph lies under `dest`."""
        return dest / self.split / self.file


def read_manifest(path: Path = MANIFEST) -> list[Photograph]:
    """Read the manifest.

    Raises:
        ObtainError: naming the line, where a column is missing, a split unknown, a name no bare
            file name, a sha256 malformed; or a photograph is listed twice.
    """
    with path.open(newline="", encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ObtainError(f"{path}: the columns are {rows.fieldnames}, not {list(COLUMNS)}")
        photographs = [_parse(row, f"{path}, line {rows.line_num}") for row in rows]
    for column in ("file", "sha256"):
        values = [getattr(photograph, column) for photograph in photographs]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ObtainError(f"{path}: {column} listed twice: {', '.join(twice)}")
    return photographs


def _parse(row: dict[str, str], where: str) -> Photograph:
    if None in row or not all(row.values()):
        raise ObtainError(f"{where}: expected {len(COLUMNS)} filled columns")
    if row["split"] not in SPLITS:
        raise ObtainError(f"{where}: split '{row['split']}' is none of {', '.join(SPLITS)}")
    if Path(row["file"]).name != row["file"] or row["file"].startswith("."):
        raise ObtainError(f"{where}: '{row['file']}' is not a bare, visible file name")
    if len(row["sha256"]) != 64 or set(row["sha256"]) - set("0123456789abcdef"):
        raise ObtainError(f"{where}: '{row['sha256']}' is not a sha256 in lower-case hex")
    return Photograph(
        split=row["split"],
        file=row["file"],
        package=row["debian_package"],
        version=row["version"],
        path=row["path"],
        resource="" if row["resource"] == "-" else row["resource"],
        sha256=row["sha256"],
    )
