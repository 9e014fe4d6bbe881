"""What is done to a photograph, with stand-ins for both models."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rr_tasks.engine import Engine
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.samples import sample_photographs
from rr_tasks.treatment.course import Treated, treat
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.treatment import Treatment

SAMPLE = read_photograph(str(Path(sample_photographs(), "explore_world_animals__lemur.webp")))
PHOTOGRAPH = cv2.resize(SAMPLE, (200, 160), interpolation=cv2.INTER_AREA) // 3 + 20
STEPS = {"haze": 8, "blur": 16, "rain": 32, "noise": 64}


class Judge:
    """Sees in red, green and blue how much of haze and blur is left."""

    def __init__(self, left: Callable[[float], float]) -> None:
        self.left = left
        self.seen = 0

    def expected_severities(self, images: Sequence[Any]) -> Any:
        self.seen += len(images)
        changes = [float(np.mean(image.astype(float) - PHOTOGRAPH)) for image in images]
        return np.array([[self.left(change), 0.0, 0.0, 0.0] for change in changes])


class Brightener:
    """Adds a step for each type that it is told of."""

    digest = "0" * 64

    def __init__(self) -> None:
        self.told: list[set[str]] = []

    def restore(self, pixels: Any, prior: DiagnosticPrior) -> Any:
        self.told.append(set(prior.present()))
        top = np.iinfo(pixels.dtype).max
        step = sum(STEPS[name] for name in prior.present()) * (top // 255)
        return np.clip(pixels.astype(int) + step, 0, top).astype(pixels.dtype)


def certain(prior: DiagnosticPrior, **severities: float) -> DiagnosticPrior:
    findings: dict[str, Any] = {name: prior.finding(name).absent() for name in DEGRADATIONS}
    findings |= {
        name: prior.finding(name).model_copy(update={"probability": 1.0, "severity": severity})
        for name, severity in severities.items()
    }
    order = tuple(severities)
    return prior.model_copy(update={**findings, "order": order})


@pytest.fixture
def hazy(prior: DiagnosticPrior) -> DiagnosticPrior:
    return certain(prior, haze=60.0)


def course(
    prior: DiagnosticPrior, left: Callable[[float], float] = lambda _: 0.0, **wanted: Any
) -> tuple[Treated, Brightener, Judge]:
    restorer, judge = Brightener(), Judge(left)
    engine: Any = Engine(judge, restorer)  # type: ignore[arg-type]
    return treat(PHOTOGRAPH, prior, engine, Treatment.model_validate(wanted)), restorer, judge


def change(treated: Treated) -> float:
    assert treated.pixels is not None
    return float(np.median(treated.pixels.astype(float) - PHOTOGRAPH))


def test_a_good_restoration_is_applied_whole(hazy: DiagnosticPrior) -> None:
    before = PHOTOGRAPH.copy()
    treated, _, judge = course(hazy, lambda change: 60.0 if change < 4 else 5.0)
    assert (treated.status, treated.reason) == ("restored", None)
    assert treated.strengths == {"haze": 1.0}
    assert change(treated) == STEPS["haze"]
    assert judge.seen == 2
    assert np.array_equal(before, PHOTOGRAPH)


def test_one_that_leaves_much_is_applied_by_half(hazy: DiagnosticPrior) -> None:
    treated, restorer, _ = course(hazy, lambda change: 60.0 - 2 * change)
    assert treated.status == "restored"
    assert treated.strengths == {"haze": 0.5}
    assert change(treated) == STEPS["haze"] / 2
    assert treated.reason is not None
    assert treated.reason.startswith("applied by 50%, because 7")
    assert len(restorer.told) == 1


def test_half_need_not_look_better_if_the_whole_does(hazy: DiagnosticPrior) -> None:
    treated, _, judge = course(hazy, lambda change: 46.0 if change > 6 else 60.0)
    assert (treated.status, treated.strengths) == ("restored", {"haze": 0.5})
    assert treated.reason == "applied by 50%, because 77% of the severity of haze is left"
    assert judge.seen == 2


def test_one_that_does_no_good_is_dropped(hazy: DiagnosticPrior) -> None:
    treated, _, _ = course(hazy, lambda _: 60.0)
    assert (treated.status, treated.pixels, treated.strengths) == ("unimproved", None, {})
    assert treated.reason == "not restored, because the severity of haze did not fall"


def test_what_was_never_seen_cannot_be_left(hazy: DiagnosticPrior) -> None:
    treated, _, _ = course(hazy, lambda change: 0.0 if change < 4 else 5.0)
    assert treated.status == "unimproved"
    assert treated.reason == "not restored, because the severity of haze did not fall"


def test_nobody_judges_if_that_is_not_wanted_or_nothing_is_undone(hazy: DiagnosticPrior) -> None:
    treated, _, judge = course(hazy, lambda _: 60.0, verify=False)
    assert (treated.status, judge.seen) == ("restored", 0)
    for wanted, status in (
        ({"keep": ["haze"]}, "kept"),
        ({"strengths": {"haze": 0.0}}, "kept"),
        ({"strength": 0.0}, "kept"),
        ({"edit_prior": {"haze.severity": 0}}, "kept"),
        ({"edit_prior": {"haze.probability": 0.5}}, "kept"),
        ({"threshold": 90.0}, "clean"),
    ):
        treated, restorer, judge = course(hazy, **wanted)
        assert (treated.status, restorer.told, judge.seen) == (status, [], 0)


def test_a_reasoner_that_cannot_judge_stops_nothing(hazy: DiagnosticPrior) -> None:
    treated, _, _ = course(hazy, lambda _: np.nan)
    assert treated.status == "restored"


def test_edits_decide_what_the_restorer_is_told(prior: DiagnosticPrior) -> None:
    both = certain(prior, haze=60.0, noise=40.0)
    treated, restorer, _ = course(both, verify=False, edit_prior={"haze.severity": 0})
    assert restorer.told == [{"noise"}]
    assert treated.strengths == {"noise": 1.0}


@pytest.mark.parametrize("strength", [0.25, 0.5, 0.75])
def test_each_type_is_undone_by_its_own_share(prior: DiagnosticPrior, strength: float) -> None:
    both = certain(prior, haze=60.0, rain=40.0)
    treated, restorer, _ = course(both, verify=False, strengths={"haze": strength})
    assert change(treated) == STEPS["rain"] + strength * STEPS["haze"]
    assert restorer.told == [{"haze", "rain"}, {"rain"}]
    assert treated.strengths == {"haze": strength, "rain": 1.0}
    whole, restorer, _ = course(both, verify=False, strength=strength)
    assert change(whole) == strength * (STEPS["rain"] + STEPS["haze"])
    assert len(restorer.told) == 1


def test_the_ends_are_all_of_a_type_and_none_of_it(prior: DiagnosticPrior) -> None:
    every = certain(prior, haze=60.0, rain=40.0, noise=20.0)
    default, restorer, _ = course(every, verify=False)
    whole, _, _ = course(every, verify=False, strengths={"haze": 1.0})
    assert len(restorer.told) == 1
    assert np.array_equal(whole.pixels, default.pixels)
    kept, _, _ = course(every, verify=False, keep=["haze"])
    none, _, _ = course(every, verify=False, strengths={"haze": 0.0})
    assert np.array_equal(none.pixels, kept.pixels)
    assert none.strengths == kept.strengths == {"rain": 1.0, "noise": 1.0}
    some, restorer, _ = course(every, verify=False, strengths={"haze": 0.5, "noise": 0.25})
    assert change(some) == STEPS["rain"] + 0.5 * STEPS["haze"] + 0.25 * STEPS["noise"]
    assert restorer.told == [{"haze", "rain", "noise"}, {"haze", "rain"}, {"rain"}]


def test_a_share_of_what_is_good_is_applied(prior: DiagnosticPrior) -> None:
    """Whether it is good does not depend on the shares that are wanted."""
    both = certain(prior, haze=60.0, rain=40.0)
    treated, _, _ = course(both, lambda change: 60.0 - 0.4 * change, strengths={"haze": 0.5})
    assert treated.strengths == {"haze": 0.25, "rain": 0.5}
    assert change(treated) == 0.5 * STEPS["rain"] + 0.25 * STEPS["haze"]


class Wrecker:
    """Makes something else of photographs."""

    digest = "0" * 64

    def __init__(self, wreck: Callable[[Any], Any]) -> None:
        self.wreck = wreck

    def restore(self, pixels: Any, prior: DiagnosticPrior) -> Any:
        return self.wreck(pixels)


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize(
    ("wreck", "reason"),
    [
        (np.copy, "nothing changed"),
        (np.zeros_like, "it shows nothing any more"),
        (lambda pixels: np.full_like(pixels, 128), "it shows nothing any more"),
        (lambda pixels: 255 - pixels, "what it shows changed"),
        (lambda pixels: np.ascontiguousarray(pixels[::-1]), "what it shows changed"),
    ],
)
def test_what_is_no_restoration_never_counts_as_one(
    prior: DiagnosticPrior, wreck: Callable[[Any], Any], reason: str, verify: bool
) -> None:
    engine: Any = Engine(Judge(lambda _: np.nan), Wrecker(wreck))  # type: ignore[arg-type]
    for types in ({"haze": 60.0}, {"rain": 60.0}):
        treated = treat(PHOTOGRAPH, certain(prior, **types), engine, Treatment(verify=verify))
        assert (treated.status, treated.pixels) == ("unimproved", None)
        assert str(treated.reason).startswith(f"not restored, because {reason}")
