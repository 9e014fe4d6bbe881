"""Turns a synthesized data set into a folder of degraded photographs, as an archive would be."""

from pathlib import Path

import cv2

from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards, read_rows, read_samples
from schemas.prior.current import DEGRADATIONS
from schemas.prior.migrations import load_prior

_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 95]


def export_archive(shards: str, folder: Path) -> Path:
    """Write every degraded photograph as JPEG into `folder`, in a subfolder for its mixture.

    A file is named after its clean photograph, and after its key too if that name is taken. Files
    that are there already are left alone. Returns `folder`.
    """
    taken: set[Path] = set()
    sources = dict(read_rows(shards).select("key", "source").iter_rows())
    for marker in done_shards(shards):
        for sample in read_samples(shards, marker.shard):
            truth = load_prior(sample["prior.json"])
            mixture = "+".join(name for name in DEGRADATIONS if getattr(truth, name).present)
            stem = sources[sample["__key__"]].rsplit(".", 1)[0]
            target = folder / (mixture or "clean") / f"{stem}.jpg"
            if target in taken:
                target = target.with_name(f"{stem}-{sample['__key__']}.jpg")
            taken.add(target)
            if not target.exists():
                _write_jpeg(sample["degraded.png"], target)
    return folder


def _write_jpeg(png: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _, packed = cv2.imencode(".jpg", cv2.cvtColor(decode_png(png), cv2.COLOR_RGB2BGR), _QUALITY)
    partial = target.with_suffix(".part")
    partial.write_bytes(packed.tobytes())
    partial.replace(target)
