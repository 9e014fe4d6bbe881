"""Rewards what the judge no longer finds: in the whole photograph, and in every part of it.

It finds nothing in a black picture either. So what it no longer finds counts only as far as the
scene can still be seen.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rr_tasks.alignment.rewards.fidelity import compare_structure
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.diagnosis import expect_each
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.treatment.judgement import LEAST_LIKENESS

Floats = npt.NDArray[np.float64]

VISIBLE = 10.0
"""The expected severity from which a degradation counts as there; below, it cannot be seen."""

_WORST = -1.0
_PARTS_PER_AXIS = 2


def severity_reduction(restorations: Restorations, judge: Reasoner) -> list[float]:
    """Reward the share of the severity that a restoration removed, as the judge sees the whole.

    See `share_removed`.

    Returns:
        -1 to 1 for each restoration; NaN where an answer of the judge cannot be parsed.
    """
    removed = _ask(restorations, judge, 1)
    return _count_if_seen(removed[:, 0], restorations)


def local_reduction(restorations: Restorations, judge: Reasoner) -> list[float]:
    """Reward the share of the severity that was removed where least was.

    The whole may look better while a part of it looks worse. So each quarter is judged alone, and
    the mean of the two in which the share is least counts.

    Returns:
        As `severity_reduction`.
    """
    removed = _ask(restorations, judge, _PARTS_PER_AXIS)
    least = np.sort(removed, axis=1)[:, : removed.shape[1] // 2].mean(axis=1)
    known = np.where(np.isnan(removed).any(axis=1), np.nan, least)
    return _count_if_seen(known, restorations)


def share_removed(before: Floats, after: Floats) -> Floats:
    """Compute which share of the severity of all that was there is gone.

    What is new is subtracted, so nothing is gained by turning noise into blur:

    >>> noise_gone, turned_to_blur = [[0, 0, 0, 10]], [[0, 30, 0, 10]]
    >>> share_removed(np.array([[0, 0, 0, 40]]), np.array(noise_gone))
    array([0.75])
    >>> share_removed(np.array([[0, 0, 0, 40]]), np.array(turned_to_blur))
    array([0.])

    Args:
        before: expected severities (..., types) of photographs, 0-100.
        after: those of their restorations.

    Returns:
        (...): (removed from types of at least `VISIBLE` - added to others) / what was there, from
        -1; NaN where a severity is.
    """
    there = before >= VISIBLE
    removed = np.where(there, before - after, np.minimum(before - after, 0.0)).sum(-1)
    was = np.where(there, before, 0.0).sum(-1)
    return np.asarray(np.maximum(removed / np.maximum(was, VISIBLE), _WORST))


def expect_parts(judge: Reasoner, images: Sequence[Bytes], per_axis: int = 1) -> Floats:
    """Ask for the expected severities of all parts of images, of the same image only once.

    Args:
        judge: the reasoner.
        images: (H, W, 3), of any sizes.
        per_axis: how many parts an image is cut into, across and down.

    Returns:
        (images, parts, types), 0-100; NaN where an answer cannot be parsed.
    """
    distinct = {id(image): image for image in images}
    parts = [part for image in distinct.values() for part in _cut(image, per_axis)]
    size = judge.batch_size
    some = [expect_each(judge, parts[start : start + size]) for start in range(0, len(parts), size)]
    known = np.concatenate(some).reshape(len(distinct), per_axis**2, -1)
    places = {name: place for place, name in enumerate(distinct)}
    return np.asarray(known[[places[id(image)] for image in images]])


def _ask(restorations: Restorations, judge: Reasoner, per_axis: int) -> Floats:
    """Return the share that was removed in each part, (restorations, parts)."""
    before, after = (
        expect_parts(judge, images, per_axis)
        for images in (restorations.degraded, restorations.restored)
    )
    return share_removed(before, after)


def _count_if_seen(removed: Floats, restorations: Restorations) -> list[float]:
    """Take from gains (restorations,) what is owed to a scene that is hardly seen any more."""
    pairs = zip(restorations.degraded, restorations.restored, strict=True)
    likeness = np.array([compare_structure(*pair) for pair in pairs])
    seen = (likeness / LEAST_LIKENESS).clip(0.0, 1.0)
    return list(np.where(removed > 0, seen * removed, removed))


def _cut(image: Bytes, per_axis: int) -> list[Bytes]:
    return [
        part
        for strip in np.array_split(image, per_axis, axis=0)
        for part in np.array_split(strip, per_axis, axis=1)
    ]
