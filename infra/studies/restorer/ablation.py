"""What should a restorer be like, and how be trained? Compare choices at equal compute.

    python infra/studies/restorer/ablation.py SHARDS ANNOTATIONS HELDOUT OUT [--arms ...]

Each arm differs in one choice from the first, `base`: larger crops, no guides, a loss of the
spectrum, another width. It takes as many steps as its operations allow, from the same seeds, and
restores held-out photographs, degraded by both benchmark recipes, with predicted priors; no judge
looks at results. Stop it whenever you like: the same command resumes. It writes OUT/ablation.csv
and OUT/ablation.md.
"""

import argparse
import sys
from collections.abc import Iterator

import numpy as np
import polars as pl
import torch
from choices import ARMS, BASE, Choice, count_operations
from command import study_parser
from gains import Case, Gains, average, tabulate
from measuring import SEED, make_evaluation_set, measure_gains
from reporting import publish_table, report, say

from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.load import load_restorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.storage.files import exists, join
from rr_tasks.threads import compute_in_threads
from rr_tasks.training.run import run_restorer_training
from rr_tasks.weights.file import load_network, save_network
from schemas.errors import ExpectedError
from schemas.evaluation import RestorationSetting
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.prior.current import DEGRADATIONS
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice

_SETTING = RestorationSetting(priors="predicted", verify=False, seed=SEED)
_TERA = 10**12


def run_ablation(options: argparse.Namespace) -> Iterator[pl.DataFrame]:
    """Train and evaluate all arms, seed by seed, and yield the table of all seeds so far."""
    arms = [BASE, *(arm for arm in options.arms if arm != BASE)]
    reasoner = load_reasoner(EdgeReasonerChoice(weights=options.reasoner))
    sets = {
        recipe: make_evaluation_set(options.heldout, recipe, join(options.output, "shards"))
        for recipe in options.recipes
    }
    gains: dict[Case, list[Gains]] = {}
    for seed in range(options.seeds):
        for arm in arms:
            folder = join(options.output, f"{arm}-{seed}")
            weights = _train(ARMS[arm], folder, seed, options)
            restorer = load_restorer(EdgeRestorerChoice(weights=weights))
            for recipe, data in sets.items():
                rows = measure_gains(Trial(data, reasoner, restorer, _SETTING), folder)
                for combination, means in _average(rows):
                    gains.setdefault((recipe, combination, arm), []).append(means)
        stacked = {case: np.stack(seeds) for case, seeds in sorted(gains.items())}
        yield tabulate(stacked, ("recipe", "set", "arm"), lambda case: (*case[:2], BASE))


def _train(choice: Choice, folder: str, seed: int, options: argparse.Namespace) -> str:
    """Train an arm, or resume, and return the URL of its weights."""
    start = join(folder, "start.safetensors")
    if not exists(start):
        torch.manual_seed(seed)
        before = load_network(options.start, RestorerNetwork) if options.start else None
        save_network(choice.start_from(before), start, {"study": "ablation"})
    a_step = count_operations(load_network(start, RestorerNetwork), choice)
    parameters = TrainRestorerParameters(
        shards=options.shards,
        annotations=options.annotations,
        output=folder,
        start=start,
        steps=max(1, round(options.teraflop * _TERA / a_step)),
        batch_size=choice.batch_size,
        crop_side=choice.crop_side,
        spectral_weight=choice.spectral_weight,
        learning_rate=options.learning_rate,
        seed=seed,
    )
    say(f"{folder}: {parameters.steps} steps of {a_step / 1e9:.1f} GFLOP")
    return run_restorer_training(parameters, report(folder))


def _average(rows: pl.DataFrame) -> Iterator[tuple[str, Gains]]:
    """Yield the mean gain of each photograph, in all sets and in those of a single type."""
    yield "all", average(rows)
    for name in DEGRADATIONS:
        yield name, average(rows.filter(pl.col("combination") == name))


def main() -> None:
    """Run or resume the study, and write its table."""
    parser = study_parser(__doc__)
    parser.add_argument("--start", help="weights without guides, for arms of their width")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--teraflop", type=float, default=100.0, help="operations of each training")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    compute_in_threads(1)
    try:
        for table in run_ablation(options):
            markdown = publish_table(table, options.output, "ablation", BASE)
    except ExpectedError as error:
        parser.error(str(error))
    sys.stdout.write(markdown)


if __name__ == "__main__":
    main()
