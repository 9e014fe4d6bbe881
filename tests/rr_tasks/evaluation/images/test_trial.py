from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from rr_tasks.evaluation.images.trial import Restored, Trial
from rr_tasks.photographs.pixels import Bytes, Pixels
from rr_tasks.priors import make_prior, without_maps
from rr_tasks.reasoner.protocol import Answer, Unparsed
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.writer import ShardDamagedError
from rr_tasks.treatment.choice import choose_treatment
from schemas.evaluation import RestorationSetting
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior, Haze, HazeParameters, Provenance
from tests.reasoners import RuleReasoner


class Hazy(RuleReasoner):
    """Finds haze everywhere, a little more each time, so that its answers can be told apart."""

    def diagnose_all(self, images: Sequence[Bytes]) -> list[Answer]:
        parameters = HazeParameters(atmospheric_light=(0.8, 0.8, 0.8), transmission=0.5, beta=1.0)
        provenance = Provenance(source="reasoner", author="hazy")
        answers: list[Answer] = []
        for image in images:
            severity = 20.0 + sum(self.batches)
            haze = Haze(present=True, severity=severity, probability=1.0, parameters=parameters)
            answers.append(make_prior(image, {"haze": haze}, provenance))
            self.batches.append(1)
        return answers


class Unmoved(Hazy):
    """Sees as much haze after a restoration as before."""

    def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
        return np.full((len(images), len(DEGRADATIONS)), 50.0)


class Silent(RuleReasoner):
    """Never has an answer."""

    def diagnose_all(self, images: Sequence[Bytes]) -> list[Answer]:
        return [Unparsed("no idea")] * len(images)


class Darkening(PhotographRestorer):
    """Remembers what it was told, and halves every value."""

    def __init__(self) -> None:
        self.told: list[DiagnosticPrior | None] = []

    def restore(self, pixels: Pixels, prior: DiagnosticPrior | None) -> Pixels:
        self.told.append(prior)
        return pixels // 2


def run(dataset, priors, reasoner=None, seed=0, keys=None, maps=True, verify=False):
    restorer = Darkening()
    setting = RestorationSetting(priors=priors, maps=maps, verify=verify, seed=seed)
    trial = Trial(dataset, reasoner or Hazy(), restorer, setting)
    return [found for _, found in trial.run(0, keys)], restorer.told


def test_by_default_the_restorer_is_told_what_the_reasoner_says(dataset):
    found, told = run(dataset, "predicted")
    assert told == [one.answer for one in found]
    assert len(found) > Hazy.batch_size
    assert all(np.array_equal(one.image, one.degraded // 2) for one in found)


def test_with_true_priors_it_is_told_what_the_data_set_says_and_leaves_clean_samples_alone(dataset):
    found, told = run(dataset, "true")
    wanted = [choose_treatment(one.truth) for one in found]
    assert told == [prior for prior in wanted if prior is not None]
    assert wanted.count(None) == sum(not one.truth.present() for one in found) > 0
    for one, prior in zip(found, wanted, strict=True):
        expected = one.degraded if prior is None else one.degraded // 2
        assert np.array_equal(one.image, expected)


def test_without_maps_the_restorer_is_told_the_rest(dataset):
    found, told = run(dataset, "true", maps=False)
    with_maps = [choose_treatment(one.truth) for one in found]
    assert told == [without_maps(prior) for prior in with_maps if prior is not None]


def test_what_is_no_better_is_taken_back_if_restorations_are_judged(dataset):
    found, told = run(dataset, "predicted", Unmoved(), verify=True)
    assert told
    assert {one.outcome for one in found} == {"unimproved"}
    assert all(np.array_equal(one.image, one.degraded) for one in found)


def test_without_priors_it_restores_everything_untold(dataset):
    found, told = run(dataset, "none")
    assert told == [None] * len(found)
    assert all(np.array_equal(one.image, one.degraded // 2) for one in found)


def test_shuffled_priors_are_those_of_others_each_used_once(dataset):
    orders = []
    for seed in (0, 0, 1):
        found, told = run(dataset, "shuffled", seed=seed)
        given, own = ([prior.haze.severity for prior in some] for some in (told, answers(found)))
        assert all(one != other for one, other in zip(given, own, strict=True))
        assert sorted(given) == own
        orders.append(given)
    assert orders[0] == orders[1] != orders[2]


def answers(found):
    return [one.answer for one in found]


def test_some_samples_are_given_the_same_as_among_all(dataset):
    trial = Trial(dataset, Hazy(), Darkening(), RestorationSetting(verify=False))
    keys = [key for key, _ in trial.run(0)][20:2:-17]
    alone = dict(trial.pick(keys))
    found, told = run(dataset, "shuffled", keys=keys)
    assert len(found) == 2
    for key, one in zip(sorted(keys), found, strict=True):
        assert np.array_equal(one.degraded, alone[key].degraded)
    assert all(one.answer != prior for one, prior in zip(found, told, strict=True))


@pytest.mark.parametrize(
    ("priors", "restored"), [("predicted", False), ("shuffled", False), ("true", True)]
)
def test_what_there_is_no_prior_for_is_not_restored(dataset, priors, restored):
    found, _ = run(dataset, priors, Silent())
    assert all((one.image is not None) is restored for one in found)
    assert answers(found) == [Unparsed("no idea")] * len(found)


def test_samples_of_any_shard_are_picked(dataset):
    trial = Trial(dataset, Hazy(), Darkening(), RestorationSetting(verify=False))
    (first, _), (second, there) = (next(trial.run(shard)) for shard in (0, 1))
    picked = dict(trial.pick([second, first, first]))
    assert set(picked) == {first, second}
    assert isinstance(there, Restored)
    assert np.array_equal(picked[second].clean, there.clean)


def test_a_picked_sample_that_is_damaged_is_named(dataset, monkeypatch):
    trial = Trial(dataset, Hazy(), Darkening(), RestorationSetting(verify=False))
    key, _ = next(trial.run(0))
    decoders = {"clean.png": fail, "degraded.png": fail, "prior.json": fail}
    monkeypatch.setattr("rr_tasks.evaluation.images.trial._SAMPLE", decoders)
    with pytest.raises(ShardDamagedError, match=f"sample {key} cannot be read any more"):
        list(trial.pick([key]))


def fail(_content):
    raise ValueError("damaged")
