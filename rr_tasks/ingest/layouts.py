r"""How published data sets of pairs are arranged in folders: which file belongs to which.

Paths are relative to the data set's folder and have no suffix. `{root}` is whatever lies above,
such as `train/` or `SOTS/outdoor/`. Where a data set exists with several folder names, all are
listed. Sources: the trees in the documentation of the data sets and of public loaders; for CDD-11
https://huggingface.co/datasets/gy65896/CDD-11.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from schemas.prior.current import DegradationName
from schemas.shard import LayoutName

_ROOT = r"(?s)(?P<root>(?:.*?/)??)"  # as little as possible, so that folders named after it count


@dataclass(frozen=True)
class Layout:
    """Where degraded photographs and their clean partners are.

    Attributes:
        degraded: pattern of the path of a degraded photograph. A group `types` names what degrades
            it, joined by underscores; a group `light` gives the brightness of the airlight.
        clean: possible paths of its partner; braces refer to groups of `degraded`.
        example: a degraded photograph and its partner, to show to people.
        present: what degrades a photograph if there is no group `types`.
        border: pixels by which a partner may be larger on each side.
    """

    degraded: re.Pattern[str]
    clean: tuple[str, ...]
    example: tuple[str, str]
    present: tuple[DegradationName, ...] = ()
    border: int = 0

    def types(self, groups: Mapping[str, str | None]) -> tuple[str, ...]:
        """Return what degrades a photograph whose path matched `degraded` with these groups."""
        named = groups.get("types")
        return self.present if named is None else tuple(named.split("_"))

    def is_clean(self, path: str) -> bool:
        """Whether a clean photograph may be at this path."""
        return any(re.fullmatch(_any_at(place), path, re.DOTALL) for place in self.clean)


def _any_at(place: str) -> str:
    """Make a pattern that matches a path whatever its groups are."""
    return "".join(
        re.escape(text) + {None: "", "root": "(?:.*/)?"}.get(group, ".*")
        for text, group, _, _ in Formatter().parse(place)
    )


def folder_pairs(clean: str, degraded: str, present: Sequence[DegradationName]) -> Layout:
    """Make the layout of two folders in which partners have the same path except for the suffix."""
    clean, degraded = clean.strip("/"), degraded.strip("/")
    literal = clean.replace("{", "{{").replace("}", "}}")
    return Layout(
        degraded=re.compile(f"{re.escape(degraded)}/(?P<name>.+)", re.DOTALL),
        clean=(f"{literal}/{{name}}",),
        example=(f"{degraded}/a/1.jpg", f"{clean}/a/1.png"),
        present=tuple(present),
    )


ALONE = Layout(degraded=re.compile(r"(?s).+"), clean=(), example=("1.jpg", "nothing"))
"""Any photographs, without partners."""

LAYOUTS: Mapping[LayoutName, Layout] = {
    "reside": Layout(
        # NAME_AIRLIGHT_BETA in the outdoor sets. In the indoor training set, NAME_1_0.98 is the
        # first of ten and another number; there it is at least 0.6, the outdoor beta at most 0.2.
        degraded=re.compile(
            _ROOT + r"(?i:hazy|haze|input)/(?:part\d+/)?(?P<name>[^/_]+)"
            r"(?:_(?P<light>0\.\d+(?=_[\d.]+$)|1(?:\.0+)?(?=_0\.[0-5]\d*$)))?(?:_[\d.]+)*"
        ),
        clean=(
            "{root}clear/{name}",
            "{root}gt/{name}",
            "{root}GT/{name}",
            "{root}clear_images/{name}",
            "{root}target/{name}",
        ),
        example=("hazy/0001_0.8_0.2.jpg", "clear/0001.png"),
        present=("haze",),
        border=10,  # of the indoor test set, where haze was made without the edge of the depth map
    ),
    "rain100": Layout(
        # rain-001 or norain-001x2; norain-001 is clean
        degraded=re.compile(
            _ROOT + r"(?:(?:rain|rainy|input)/)?(?:X2/)?"
            r"(?:rain-|norain-(?=\d+x2))(?P<name>\d+)(?:x2)?"
        ),
        clean=(
            "{root}norain-{name}",
            "{root}norain/norain-{name}",
            "{root}gt/norain-{name}",
            "{root}target/norain-{name}",
        ),
        example=("rain-001.png", "norain-001.png"),
        present=("rain",),
    ),
    "rain13k": Layout(
        degraded=re.compile(_ROOT + r"input/(?P<name>[^/]+)"),
        clean=("{root}target/{name}",),
        example=("train/input/1.jpg", "train/target/1.jpg"),
        present=("rain",),
    ),
    "gopro": Layout(
        degraded=re.compile(_ROOT + r"blur(?:_gamma)?/(?P<name>[^/]+)"),
        clean=("{root}sharp/{name}",),
        example=("GOPR0372_07_00/blur/000047.png", "GOPR0372_07_00/sharp/000047.png"),
        present=("blur",),
    ),
    "sidd": Layout(
        degraded=re.compile(_ROOT + r"(?P<scene>(?:\d+_)?)NOISY_SRGB_(?P<number>\d+)"),
        clean=("{root}{scene}GT_SRGB_{number}",),
        example=(
            "0001_001_S6_00100_00060_3200_L/0001_NOISY_SRGB_010.PNG",
            "0001_001_S6_00100_00060_3200_L/0001_GT_SRGB_010.PNG",
        ),
        present=("noise",),
    ),
    "cdd11": Layout(
        degraded=re.compile(
            _ROOT + r"(?P<types>(?:low|haze|rain|snow)(?:_(?:haze|rain|snow))*)/(?P<name>[^/]+)"
        ),
        clean=("{root}clear/{name}",),
        example=("train/haze_rain/000001.png", "train/clear/000001.png"),
    ),
}
"""All but `pairs`, of which only its user knows the folders; see `folder_pairs`."""
