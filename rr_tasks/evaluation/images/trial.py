"""A trial of models: what they make of the samples of an evaluation set, in one setting."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import numpy as np

from rr_tasks.engine import Engine
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.priors import without_maps
from rr_tasks.progress import Progress, report
from rr_tasks.reasoner.diagnosis import diagnose_each
from rr_tasks.reasoner.load import load_reasoner, load_second_judge
from rr_tasks.reasoner.protocol import Answer, Reasoner, Unparsed
from rr_tasks.restorer.load import load_restorer
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.outcomes import Decoders, Lost, read_good_rows
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import advise_remake, tar_url
from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.stream import Sample
from rr_tasks.shards.writer import ShardDamagedError, shard_of
from rr_tasks.treatment.course import treat
from schemas.archive import Status
from schemas.evaluation import RestorationSetting
from schemas.parameters.evaluation import EvaluateParameters
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.treatment import Treatment

_SAMPLE: Decoders = {"clean.png": decode_png, "degraded.png": decode_png, "prior.json": load_prior}
_DEGRADED: Decoders = {"degraded.png": decode_png}
_UNKNOWN = Unparsed("no other sample of its shard could be diagnosed")


@dataclass(frozen=True)
class Restored:
    """A sample and what the models made of it.

    Attributes:
        photograph: the source of the sample, to know samples of the same photograph.
        clean: (H, W, 3) sRGB bytes.
        degraded: likewise.
        truth: the prior of the data set.
        answer: what the reasoner says of the degraded photograph, whatever the restorer was given.
        image: the restored photograph, or the degraded one if it is left alone; None if there was
            no prior to give to the restorer.
        outcome: what was done to it; None likewise.
    """

    photograph: str
    clean: Bytes
    degraded: Bytes
    truth: DiagnosticPrior
    answer: Answer
    image: Bytes | None = None
    outcome: Status | None = None


@dataclass(frozen=True)
class Trial:
    """Models, the evaluation set at the URL `shards`, and the setting in which they meet.

    The `judge` is a reasoner that says nothing before a restoration, and in the end what is left.
    """

    shards: str
    reasoner: Reasoner
    restorer: PhotographRestorer
    setting: RestorationSetting
    judge: Reasoner | None = None

    @property
    def models(self) -> str:
        """Tells the figures of different models apart, in the names of folders."""
        judges = [] if self.judge is None else [self.judge.identity.fingerprint]
        digests = [self.reasoner.identity.fingerprint, self.restorer.digest, *judges]
        return "-".join(digest[:12] for digest in digests)

    def run(
        self, shard: int, keys: Collection[str] | None = None
    ) -> Iterator[tuple[str, Restored | Lost]]:
        """Restore the samples of a shard in order, all or those with these keys; report progress.

        Raises:
            ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
        """
        good = [row.key for row in shard_rows(self.shards, shard) if row.status == "ok"]
        wanted = set(good if keys is None else keys)
        donors = self._choose_donors(good)
        answers = self._diagnose(shard, wanted.union(donors[key] for key in wanted))
        done = failed = pixels = 0
        for row, found in read_good_rows(self.shards, shard, _SAMPLE):
            if row.key not in wanted:
                continue
            if isinstance(found, Lost):
                yield row.key, found
            else:
                yield row.key, self._restore(found, row.source, answers, donors[row.key])
            done += 1
            failed += isinstance(found, Lost)
            pixels += (row.width or 0) * (row.height or 0)
            report(Progress(tar_url(self.shards, shard), done, failed, pixels))

    def pick(self, keys: Iterable[str]) -> Iterator[tuple[str, Restored]]:
        """Restore the samples with these keys in order, whichever shards they are in.

        Raises:
            ShardDamagedError: one of them can no longer be read.
        """
        for shard, some in groupby(sorted(set(keys)), shard_of):
            for key, found in self.run(shard, list(some)):
                if isinstance(found, Lost):
                    url = tar_url(self.shards, shard)
                    raise ShardDamagedError(
                        f"{url}: sample {key} cannot be read any more; {advise_remake(url)}"
                    )
                yield key, found

    def _choose_donors(self, keys: Sequence[str]) -> dict[str, str]:
        """Choose whose diagnosis each sample gets: its own or, shuffled, that of another one.

        Everybody gives once, and in a shuffled shard of several samples nobody to itself: each
        gets that of the next one in a ring of random order.
        """
        if self.setting.priors != "shuffled" or not keys:
            return {key: key for key in keys}
        rng = np.random.default_rng((self.setting.seed, shard_of(keys[0])))
        ring = [keys[place] for place in rng.permutation(len(keys))]
        return dict(zip(ring, [*ring[1:], *ring[:1]], strict=True))

    def _diagnose(self, shard: int, keys: Collection[str]) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        samples = (
            found
            for row, found in read_good_rows(self.shards, shard, _DEGRADED)
            if row.key in keys and not isinstance(found, Lost)
        )
        while batch := list(islice(samples, self.reasoner.batch_size)):
            given = diagnose_each(self.reasoner, [sample["degraded.png"] for sample in batch])
            answers |= zip((sample["__key__"] for sample in batch), given, strict=True)
        return answers

    def _restore(
        self, sample: Sample, photograph: str, answers: Mapping[str, Answer], donor: str
    ) -> Restored:
        key = sample["__key__"]
        clean, degraded, truth = (sample[name] for name in _SAMPLE)
        given = self._give_prior(key, truth, answers, donor)
        done = () if isinstance(given, Unparsed) else self._treat(degraded, given)
        return Restored(photograph, clean, degraded, truth, answers[key], *done)

    def _give_prior(
        self, key: str, truth: DiagnosticPrior, answers: Mapping[str, Answer], donor: str
    ) -> Answer | None:
        match self.setting.priors:
            case "none":
                return None
            case "true":
                return truth
            case "predicted":
                return answers[key]
            case "shuffled":
                return _UNKNOWN if donor == key else answers.get(donor, _UNKNOWN)

    def _treat(self, image: Bytes, prior: DiagnosticPrior | None) -> tuple[Bytes, Status]:
        """Restore a photograph with this diagnosis as `rr restore` would.

        Without one, nothing says what to leave alone, so the restorer decides.
        """
        if prior is None:
            return np.asarray(self.restorer.restore(image, None), np.uint8), "restored"
        told = prior if self.setting.maps else without_maps(prior)
        treatment = Treatment(verify=self.setting.verify)
        treated = treat(image, told, Engine(self.reasoner, self.restorer), treatment)
        pixels = image if treated.pixels is None else treated.pixels
        return np.asarray(pixels, np.uint8), treated.status


def open_trial(shards: str, parameters: EvaluateParameters) -> Trial:
    """Load the models of an evaluation, each once a process, for a trial on this evaluation set.

    The judge is the second reasoner that is shipped: no restorer has learned to please it.

    Raises:
        UnusableWeightsError: see `rr_tasks.weights.file.load_network`.
    """
    return Trial(
        shards,
        load_reasoner(parameters.reasoner),
        load_restorer(parameters.restorer),
        parameters.setting(),
        load_second_judge(),
    )
