"""A few samples of a data set as small pictures, the beginnings of some tars being all it reads."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import cv2

from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import NoShardsError, done_shards, read_samples
from rr_tasks.shards.stream import unpack
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior

SIDE = 320
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 82]


@dataclass(frozen=True)
class Picture:
    """A sample: both photographs as data URIs of JPEGs, and its diagnosis."""

    key: str
    degraded: str
    clean: str
    prior: DiagnosticPrior


def pick_pictures(folder: str, count: int) -> list[Picture]:
    """Show samples from shards that are spread evenly over the data set.

    Of the first of these shards the first sample is shown, of the next its second, and so on:
    recipes that treat each photograph in the same ways in turn are then shown in different ways.

    Args:
        folder: URL of a data set; annotations have no photographs, so of them nothing is shown.
        count: how many samples at most.
    """
    try:
        shards = [(marker.shard, marker.samples) for marker in done_shards(folder)]
    except NoShardsError:
        return []
    places = [shards[number * len(shards) // count] for number in range(count)]
    return list(_pictures(folder, places))


def _pictures(folder: str, places: list[tuple[int, int]]) -> Iterator[Picture]:
    shown = set()
    for number, (shard, samples) in enumerate(places):
        if samples == 0 or (shard, number % samples) in shown:
            continue
        shown.add((shard, number % samples))
        sample = next(islice(read_samples(folder, shard), number % samples, None))
        if "degraded.png" not in sample:
            return
        yield Picture(
            key=sample["__key__"],
            degraded=_small(sample["degraded.png"]),
            clean=_small(sample["clean.png"]),
            prior=unpack(sample, "prior.json", load_prior),
        )


def _small(png: bytes) -> str:
    image = decode_png(png)
    scale = min(1.0, SIDE / max(image.shape[:2]))
    shrunk = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(shrunk, cv2.COLOR_RGB2BGR), _QUALITY)
    return f"data:image/jpeg;base64,{b64encode(bytes(jpeg)).decode()}"
