"""Debian packages as a source of photographs: download, unpack, read what is inside."""

import importlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manifest import ObtainError, Photograph

_ROOT = "/package"


@dataclass(frozen=True)
class Unpacked:
    """A package's files, and the version they are of."""

    folder: Path
    version: str


def snapshot(package: str) -> str:
    """Where every version that Debian ever carried of a package can be had."""
    return f"https://snapshot.debian.org/binary/{package}/"


def unpack(package: str, version: str, debs: Path | None, scratch: Path) -> Unpacked:
    """Unpack a package, from the folder `debs` where given, else downloaded by apt without root.

    Args:
        package: the name of the package.
        version: the recorded version, preferred where `debs` has several.
        debs: folder with .deb files, or None.
        scratch: an absolute folder for the download and the files.

    Raises:
        ObtainError: when the package is not to be had or cannot be unpacked.
    """
    deb = _find(package, version, debs) if debs else _download(package, scratch)
    folder = scratch / package
    _run("dpkg-deb", "-x", str(deb), str(folder), cwd=scratch, advice="is the .deb complete?")
    return Unpacked(folder, _version(deb))


def read(photograph: Photograph, unpacked: Unpacked) -> bytes | None:
    """A photograph's bytes, or None where the package has no such file."""
    path = unpacked.folder / photograph.path
    if not path.is_file():
        return None
    return _read_resource(path, photograph.resource) if photograph.resource else path.read_bytes()


def qt_core() -> Any:
    """The module that reads Qt resource archives.

    Raises:
        ObtainError: when PySide6-Essentials is not installed.
    """
    # by name, when it is needed: Qt is a dependency of this script alone, not of the project
    try:
        return importlib.import_module("PySide6.QtCore")
    except ImportError as error:
        raise ObtainError(
            f"PySide6-Essentials, which reads Qt resource archives, does not load ({error}); "
            "run 'pip install PySide6-Essentials'"
        ) from error


def _read_resource(archive: Path, resource: str) -> bytes | None:
    core = qt_core()
    if not core.QResource.registerResource(str(archive), _ROOT):
        return None
    file = core.QFile(f":{_ROOT}/{resource}")
    opened = file.open(core.QIODevice.OpenModeFlag.ReadOnly)
    content = bytes(file.readAll().data()) if opened else None
    file.close()
    core.QResource.unregisterResource(str(archive), _ROOT)
    return content


def _find(package: str, version: str, debs: Path) -> Path:
    found = sorted(debs.resolve().glob(f"{package}_*.deb"))
    if not found:
        raise ObtainError(
            f"no {package}_*.deb in {debs}; fetch {package} {version} from {snapshot(package)}"
        )
    return next((deb for deb in found if _version(deb) == version), found[0])


def _download(package: str, scratch: Path) -> Path:
    advice = (
        "run 'apt-get update' first; on a system without apt or Debian's 'main', fetch the .deb "
        f"from {snapshot(package)} and pass --debs FOLDER"
    )
    _run("apt-get", "download", package, cwd=scratch, advice=advice)
    return next(scratch.glob(f"{package}_*.deb"))


def _version(deb: Path) -> str:
    advice = "is the .deb complete?"
    return _run("dpkg-deb", "-f", str(deb), "Version", cwd=deb.parent, advice=advice)


def _run(program: str, *arguments: str, cwd: Path, advice: str) -> str:
    executable = shutil.which(program)
    said = f"'{program} {' '.join(arguments)}'"
    if executable is None:
        raise ObtainError(f"{said}: {program} is not installed; {advice}")
    done = subprocess.run(  # noqa: S603 - the arguments are the manifest's and the user's own
        [executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ObtainError(f"{said} failed: {done.stderr.strip()}; {advice}")
    return done.stdout.strip()
