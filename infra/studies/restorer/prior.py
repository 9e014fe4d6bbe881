"""Does the diagnosis help? Train small restorers that read more or less of it, and compare them.

    python infra/studies/restorer/prior.py SHARDS ANNOTATIONS HELDOUT OUT [--reasoner WEIGHTS]

Three arms have the same network, data, steps and seeds: one reads no prior, one its vector, and one
also the guides that physics makes of it. Each is trained from several seeds and restores held-out
photographs with no prior, another sample's, the predicted and the true one. Stop it whenever you
like: the same command resumes. It writes OUT/study.csv and OUT/study.md.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import product
from typing import get_args

import numpy as np
import polars as pl
from arms import Reads, Run
from command import study_parser
from gains import Case, Gains, average, tabulate
from measuring import SEED, make_evaluation_set
from reporting import publish_table, report, say

from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.storage.files import join
from rr_tasks.threads import compute_in_threads
from schemas.errors import ExpectedError
from schemas.evaluation import PriorSource, RestorationSetting
from schemas.reasoner import EdgeReasonerChoice
from schemas.training import LoopSettings

_SOURCES: tuple[PriorSource, ...] = ("none", "shuffled", "predicted", "true")


def run_study(options: argparse.Namespace) -> Iterator[pl.DataFrame]:
    """Train and evaluate all arms, seed by seed, and yield the table of all seeds so far."""
    reasoner = load_reasoner(EdgeReasonerChoice(weights=options.reasoner))
    sets = {
        recipe: make_evaluation_set(options.heldout, recipe, join(options.output, "shards"))
        for recipe in options.recipes
    }
    gains: dict[Case, list[Gains]] = {}
    for seed in range(options.seeds):
        settings = LoopSettings(
            steps=options.steps,
            batch_size=8,
            learning_rate=1e-3,
            warmup_steps=min(200, options.steps // 10),
            seed=seed,
        )
        for reads in get_args(Reads):
            run = Run(reads, seed, options.output)
            run.train(options.shards, options.annotations, settings, report(run.name))
            for (recipe, data), setting in product(sets.items(), _settings_for(reads)):
                rows = run.evaluate(data, reasoner, setting)
                case = (recipe, reads, _describe(setting))
                gains.setdefault(case, []).append(average(rows))
                say(f"{run.name}, {recipe}, {case[2]}: {gains[case][-1].mean():+.2f} dB")
        stacked = {case: np.stack(seeds) for case, seeds in gains.items()}
        yield tabulate(stacked, ("recipe", "reads", "priors"), _reading_nothing)


def _reading_nothing(case: Case) -> Case:
    return case[0], "nothing", "none"


def _settings_for(reads: Reads) -> Iterator[RestorationSetting]:
    """Yield the priors that an arm can tell apart."""
    for source in _SOURCES if reads != "nothing" else _SOURCES[:1]:
        yield _setting(source)
        if reads == "guides" and source != "none":
            yield _setting(source, maps=False)


def _setting(source: PriorSource, *, maps: bool = True) -> RestorationSetting:
    # The judge would drop what a wrong diagnosis spoils, which is what is to be measured.
    return RestorationSetting(priors=source, maps=maps, verify=False, seed=SEED)


def _describe(setting: RestorationSetting) -> str:
    return setting.priors if setting.maps else f"{setting.priors}, without maps"


def main() -> None:
    """Run or resume the study, and write its table."""
    parser = study_parser(__doc__)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    compute_in_threads(1)
    try:
        for table in run_study(options):
            markdown = publish_table(table, options.output, "study", "reading nothing")
    except ExpectedError as error:
        parser.error(str(error))
    sys.stdout.write(markdown)


if __name__ == "__main__":
    main()
