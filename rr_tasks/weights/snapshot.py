"""Folders of published models: local ones, and snapshots of a revision on the Hugging Face Hub."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rr_tasks.weights.file import UnusableWeightsError

_SAMPLED = 64
_SAMPLE = 2**16
"""Weights of tens of gigabytes are hashed by this many samples of this many bytes."""

_SETTINGS = ["*.json", "README.md"]
"""Files that say what a model is, and under which licence it may be used."""


@dataclass(frozen=True)
class Snapshot:
    """A model on this machine.

    Attributes:
        name: as the user named it.
        folder: where it lies.
        revision: the commit on the Hub; None for a folder of the user's own.
    """

    name: str
    folder: Path
    revision: str | None

    @cached_property
    def digest(self) -> str:
        """SHA-256 that tells models apart, in hex.

        It covers the names and sizes of all files, settings whole, and weights by samples that are
        spread evenly over each file, so that it takes a second where reading all takes minutes.
        """
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            if path.suffix in {".json", ".safetensors", ".txt", ".jinja"}:
                digest.update(f"{path.relative_to(self.folder)}\0{path.stat().st_size}\0".encode())
                for part in _sample(path):
                    digest.update(part)
        return digest.hexdigest()

    def read_settings(self, name: str) -> dict[str, object]:
        """Read one of the model's JSON files.

        Raises:
            UnusableWeightsError: it is missing or damaged.
        """
        try:
            return dict(json.loads((self.folder / name).read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise UnusableWeightsError(
                f"{self.name}: {name} is missing or damaged, so this is no model of the expected "
                "kind; check the path"
            ) from error


def fetch_snapshot(name: str, revision: str | None = None) -> Snapshot:
    """Find a model on this machine, or download it from the Hub.

    Args:
        name: a local folder, or a name on the Hub such as `Qwen/Qwen-Image-Edit-2511`.
        revision: branch, tag or commit on the Hub; by default the newest.

    Raises:
        UnusableWeightsError: there is no such model, or the Hub cannot be reached.
    """
    return _find(name, revision, None)


def fetch_settings(name: str, revision: str | None = None) -> Snapshot:
    """Do as `fetch_snapshot`, but download settings and card only: enough to decide about a model.

    Raises:
        UnusableWeightsError: see `fetch_snapshot`.
    """
    return _find(name, revision, _SETTINGS)


def _find(name: str, revision: str | None, wanted: list[str] | None) -> Snapshot:
    folder = Path(name)
    if folder.is_dir():
        return Snapshot(name, folder, None)
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise UnusableWeightsError(f"{name}: no such folder; check the path")
    # Late, because local folders do not need it.
    from huggingface_hub import constants, snapshot_download  # noqa: PLC0415
    from huggingface_hub.errors import HTTPError  # noqa: PLC0415
    from huggingface_hub.utils import enable_progress_bars  # noqa: PLC0415

    if not constants.HF_HUB_DISABLE_PROGRESS_BARS:
        enable_progress_bars()  # transformers, silent about files, silences downloads too
    try:
        found = Path(snapshot_download(name, revision=revision, allow_patterns=wanted))
    except (HTTPError, OSError, ValueError) as error:
        asked = f"{name} at {revision}" if revision else name
        raise UnusableWeightsError(
            f"{asked}: neither a folder here nor to be had from the Hugging Face Hub "
            f"({_first_line(error)}); download it where there is a network and name its folder"
        ) from error
    return Snapshot(name, found, found.name)


def _sample(path: Path) -> Iterator[bytes]:
    size = path.stat().st_size
    with path.open("rb") as stream:
        if size <= _SAMPLED * _SAMPLE:
            yield stream.read()
            return
        for place in range(_SAMPLED):
            stream.seek(place * (size - _SAMPLE) // (_SAMPLED - 1))
            yield stream.read(_SAMPLE)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
