"""Small data sets of pairs, laid out as the published ones are."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from rr_tasks.degrade.mixture import degrade
from rr_tasks.storage.files import join, publish_bytes
from schemas.prior.current import DegradationName
from schemas.recipe import DegradationRecipe, JpegRecipe
from schemas.shard import LayoutName

_RECIPE = DegradationRecipe(name="pairs", jpeg=JpegRecipe(probability=0.0))

PLACES: dict[LayoutName, tuple[tuple[str, str, tuple[DegradationName, ...]], ...]] = {
    "reside": (
        ("outdoor/hazy/000{n}_0.8_0.2.jpg", "outdoor/gt/000{n}.png", ("haze",)),
        ("indoor/hazy/140{n}_1.png", "indoor/gt/140{n}.png", ("haze",)),
    ),
    "rain100": (("Rain100L/rain-00{n}.png", "Rain100L/norain-00{n}.png", ("rain",)),),
    "rain13k": (("train/input/{n}.jpg", "train/target/{n}.jpg", ("rain",)),),
    "gopro": (("train/GOPR0372/blur/00{n}.png", "train/GOPR0372/sharp/00{n}.png", ("blur",)),),
    "sidd": (
        ("000{n}_L/000{n}_NOISY_SRGB_010.PNG", "000{n}_L/000{n}_GT_SRGB_010.PNG", ("noise",)),
    ),
    "cdd11": (
        ("train/haze/0{n}.png", "train/clear/0{n}.png", ("haze",)),
        ("train/haze_rain/0{n}.png", "train/clear/0{n}.png", ("haze", "rain")),
        ("train/low/0{n}.png", "train/clear/0{n}.png", ("noise",)),
    ),
    "pairs": (("foggy/{n}.png", "sharp/{n}.jpg", ("haze", "noise")),),
}
"""Degraded photograph, clean one and what degrades it; `{n}` counts photographs."""


def lay_out(folder: str, layout: LayoutName, photographs: Path) -> None:
    """Write pairs of severity 50 made of clean photographs."""
    for number, path in enumerate(sorted(photographs.iterdir())):
        clean = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        for degraded_at, clean_at, names in PLACES[layout]:
            degraded = degraded_like(clean, names, number)
            for place, image in ((degraded_at, degraded), (clean_at, clean)):
                write(join(folder, place.format(n=number)), image)


def degraded_like(clean: np.ndarray, names: Sequence[DegradationName], seed: int = 0) -> np.ndarray:
    """The photograph with these degradations, each of severity 50."""
    severities: dict[str, float] = dict.fromkeys(names, 50.0)
    return degrade(clean, severities, _RECIPE, np.random.default_rng(seed)).image


def write(url: str, image: np.ndarray) -> None:
    """Save (H, W, 3) sRGB bytes in the format of the URL's suffix."""
    suffix = "." + url.rsplit(".", 1)[1].lower()
    options = [cv2.IMWRITE_JPEG_QUALITY, 98] if suffix == ".jpg" else []
    packed = cv2.imencode(suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)[1]
    publish_bytes(packed.tobytes(), url)
