"""Rewards restorations in which the judge sees the same scene."""

import re
from collections.abc import Sequence

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.diagnosis import diagnose_each
from rr_tasks.reasoner.protocol import Reasoner, Unparsed
from schemas.prior.current import Scene


def scene_agreement(restorations: Restorations, judge: Reasoner) -> list[float]:
    """Reward how alike the judge describes a restoration and the clean photograph.

    Where the clean one is not known, the degraded one takes its place.

    Returns:
        0 to 1 for each restoration, see `compare_scenes`; NaN where an answer of the judge cannot
        be parsed.
    """
    pairs = zip(restorations.clean, restorations.degraded, strict=True)
    known = [degraded if clean is None else clean for clean, degraded in pairs]
    described = (_describe(judge, images) for images in (known, restorations.restored))
    return [
        compare_scenes(true, seen) if true and seen else float("nan")
        for true, seen in zip(*described, strict=True)
    ]


def compare_scenes(one: Scene, other: Scene) -> float:
    """Compute the share of words that two scenes have in common, of all that either has.

    >>> compare_scenes(Scene(description="A red boat"), Scene(description="a boat at sea"))
    0.4
    """
    words, others = _words(one), _words(other)
    return len(words & others) / max(1, len(words | others))


def _words(scene: Scene) -> set[str]:
    return set(re.findall(r"\w+", " ".join((scene.description, *scene.objects)).lower()))


def _describe(judge: Reasoner, images: Sequence[Bytes]) -> list[Scene | None]:
    """Describe images, the same image only once."""
    distinct = {id(image): image for image in images}
    parts, size = list(distinct.values()), judge.batch_size
    answers = [
        answer
        for start in range(0, len(parts), size)
        for answer in diagnose_each(judge, parts[start : start + size])
    ]
    known = dict(zip(distinct, answers, strict=True))
    return [
        None if isinstance(answer := known[id(image)], Unparsed) else answer.scene
        for image in images
    ]
