# /// script
# requires-python = ">=3.11"
# dependencies = ["PySide6-Essentials>=6.8"]
# ///
"""Obtain the photographs that the shipped weights are trained and evaluated on.

    python infra/photos/obtain.py DEST [--debs FOLDER]

They come from Debian packages by name; `photos.tsv` beside this script says which file of which
package each one is, and its sha256. DEST/train and DEST/heldout then hold exactly those files.
Photographs that are already right are left alone, so an interrupted run is simply repeated.
"""

import argparse
import hashlib
import logging
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from manifest import SPLITS, ObtainError, Photograph, read_manifest
from package import Unpacked, qt_core, read, snapshot, unpack

log = logging.getLogger("obtain")


def missing(photographs: Iterable[Photograph], dest: Path) -> list[Photograph]:
    """The photographs that are not under `dest`, or not with the bytes of the manifest."""
    return [photograph for photograph in photographs if not _is_right(photograph, dest)]


def _is_right(photograph: Photograph, dest: Path) -> bool:
    place = photograph.place(dest)
    if not place.is_file():
        return False
    return hashlib.sha256(place.read_bytes()).hexdigest() == photograph.sha256


def refuse_strangers(photographs: Iterable[Photograph], dest: Path) -> None:
    """Refuse a folder with other files: they would be trained or evaluated on unnoticed.

    Raises:
        ObtainError: naming the files in DEST/train and DEST/heldout that are not listed there.
    """
    known = {photograph.place(dest) for photograph in photographs}
    found = (place for split in SPLITS for place in (dest / split).glob("[!.]*"))
    strangers = sorted(str(place) for place in found if place not in known)
    if strangers:
        raise ObtainError(
            f"{dest} holds files that the manifest does not list there: {', '.join(strangers)}; "
            "move them away or choose another folder"
        )


def keep(photograph: Photograph, content: bytes | None, dest: Path, version: str) -> None:
    """Check a photograph's bytes and put them in place, whole or not at all.

    Args:
        photograph: what the bytes should be.
        content: the bytes; None where the package has no such file.
        dest: receives the photograph in its split's folder.
        version: of the package that the bytes come from.

    Raises:
        ObtainError: when the sha256 is not the manifest's; nothing is written then.
    """
    found = "no such file" if content is None else hashlib.sha256(content).hexdigest()
    if content is None or found != photograph.sha256:
        inside = f"{photograph.path} {photograph.resource}".strip()
        raise ObtainError(
            f"{photograph.file}: expected sha256 {photograph.sha256}, found {found} at {inside}; "
            + _blame(photograph, version)
        )
    place = photograph.place(dest)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.part")
    part.write_bytes(content)
    part.replace(place)


def _blame(photograph: Photograph, version: str) -> str:
    package, recorded = photograph.package, photograph.version
    if version == recorded:
        return f"{package} {version} is the recorded version, so its .deb is damaged or altered"
    return (
        f"the package's version changed: {package} is {version} here, the manifest was made from "
        f"{recorded}; fetch that .deb from {snapshot(package)} and pass --debs FOLDER"
    )


def obtain(
    photographs: list[Photograph], dest: Path, source: Callable[[str, str], Unpacked]
) -> list[str]:
    """Bring every missing photograph to `dest`; one that fails does not stop the others.

    Args:
        photographs: the manifest.
        dest: receives `train/` and `heldout/`.
        source: gives a package's files, from its name and its recorded version.

    Returns:
        What went wrong, a sentence each; empty when everything is in place.

    Raises:
        ObtainError: when `dest` holds files that do not belong there.
    """
    refuse_strangers(photographs, dest)
    wanted = missing(photographs, dest)
    log.info("%d of %d photographs are in place", len(photographs) - len(wanted), len(photographs))
    failures: list[str] = []
    for package, version in sorted({(wish.package, wish.version) for wish in wanted}):
        wishes = [wish for wish in wanted if wish.package == package]
        try:
            if any(wish.resource for wish in wishes):
                qt_core()  # before the download, which would be in vain
            unpacked = source(package, version)
        except ObtainError as error:
            failures.append(f"{package}: {error} ({len(wishes)} photographs are missing)")
            continue
        log.info("%s %s: %d photographs", package, unpacked.version, len(wishes))
        for wish in wishes:
            try:
                keep(wish, read(wish, unpacked), dest, unpacked.version)
            except ObtainError as error:
                failures.append(str(error))
    return failures


def main() -> int:
    """Obtain the photographs, as the command line says; 0 when all are in place, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("dest", type=Path, help="folder that receives train/ and heldout/")
    parser.add_argument("--debs", type=Path, help="folder of .deb files, instead of apt")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        photographs = read_manifest()
        with tempfile.TemporaryDirectory(prefix="photos-") as scratch:
            failures = obtain(
                photographs,
                options.dest,
                lambda package, version: unpack(package, version, options.debs, Path(scratch)),
            )
    except ObtainError as error:
        failures = [str(error)]
    for failure in failures:
        log.error("error: %s", failure)
    if not failures:
        log.info("all %d photographs are right in %s", len(photographs), options.dest)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
