"""Does alignment pay? Align a restorer by both objectives, and let another judge say what is left.

    python infra/studies/restorer/alignment.py SHARDS ANNOTATIONS HELDOUT OUT [--restorer WEIGHTS]

All arms start from the same restorer, learn from the same data and take the same processor time:
Flow-GRPO, DiffusionNFT, and as much supervised training as these took. Then they restore held-out
photographs, degraded by both benchmark recipes, and a reasoner that gave no reward tells what is
left. Stop it whenever you like: the same command resumes, and meanwhile others of the same OUT may
train other `--seeds`. It writes OUT/alignment.csv and OUT/alignment.md.
"""

import argparse
import json
import sys
from collections.abc import Iterator

import polars as pl
from command import study_parser
from comparing import Row, tabulate, write_markdown
from measuring import SEED, make_evaluation_set, measure
from pacing import ARMS, Arm, ArmName, Lesson, read_seconds
from reporting import report, say

from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.load import load_restorer
from rr_tasks.storage.files import join, publish_bytes
from rr_tasks.storage.tables import publish_csv
from rr_tasks.threads import compute_in_threads
from rr_tasks.weights.file import locate_shipped
from schemas.errors import ExpectedError
from schemas.evaluation import RestorationSetting
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice

_SETTING = RestorationSetting(priors="predicted", seed=SEED)


class Study:
    """Arms that start from one restorer, and what they make of held-out photographs."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._start = options.restorer or locate_shipped("edge-restorer")
        self._reasoner = load_reasoner(EdgeReasonerChoice(weights=options.reasoner))
        self._judge = load_reasoner(EdgeReasonerChoice(weights=options.judge))
        self._sets = {
            recipe: make_evaluation_set(options.heldout, recipe, join(options.output, "shards"))
            for recipe in options.recipes
        }

    def run(self) -> Iterator[list[Row]]:
        """Train and judge all arms, seed by seed, and yield the rows of all seeds so far."""
        start = self._judge_restorer(self._start, "before")
        judged: dict[ArmName, list[dict[str, pl.DataFrame]]] = {}
        minutes: dict[ArmName, list[float]] = {}
        for seed in self._options.seeds:
            taken: list[float] = []
            for name in self._options.arms:
                folder = join(self._options.output, f"{name}-{seed}")
                weights = self._train(name, folder, seed, max(taken, default=self._options.seconds))
                judged.setdefault(name, []).append(self._judge_restorer(weights, f"{name}-{seed}"))
                taken.append(read_seconds(folder))
                minutes.setdefault(name, []).append(taken[-1] / 60)
            rows = [
                row
                for recipe in self._sets
                for row in tabulate(
                    recipe,
                    start[recipe],
                    {name: [one[recipe] for one in seeds] for name, seeds in judged.items()},
                )
            ]
            spent = {name: sum(times) / len(times) for name, times in minutes.items()}
            yield [{**row, "minutes": spent.get(row["restorer"])} for row in rows]

    def _train(self, name: ArmName, folder: str, seed: int, seconds: float) -> str:
        """Train an arm, or resume, and return the URL of its weights.

        What is aligned takes the time of the study, and what is supervised as much as that took.
        """
        options = self._options
        settings = options.supervised if name == "supervised" else options.aligned
        lesson = Lesson(options.shards, options.annotations, self._start)
        arm = Arm(name, lesson, settings)
        budget = seconds if name == "supervised" else options.seconds
        pace = arm.measure_pace(join(options.output, f"pace-{name}"))
        steps = max(1, round(budget / pace))
        say(f"{folder}: {steps} steps of {pace:.2f} s")
        return arm.train(folder, seed, steps, report(folder))

    def _judge_restorer(self, weights: str, name: str) -> dict[str, pl.DataFrame]:
        """Let the judge look at what a restorer makes of each evaluation set."""
        restorer = load_restorer(EdgeRestorerChoice(weights=weights))
        rows = {}
        for recipe, data in self._sets.items():
            say(f"{name}: judging on {recipe}")
            trial = Trial(data, self._reasoner, restorer, _SETTING, self._judge)
            rows[recipe] = measure(trial, join(self._options.output, name))
        return rows


def main() -> None:
    """Run or resume the study, and write its table."""
    parser = study_parser(__doc__)
    parser.add_argument("--restorer", help="weights to start from; by default the shipped ones")
    parser.add_argument(
        "--judge",
        default=locate_shipped("edge-judge"),
        help="weights of the reasoner that judges in the end, and never rewards",
    )
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=1200, help="processor time of an arm")
    for kind in ("aligned", "supervised"):
        parser.add_argument(
            f"--{kind}", type=json.loads, default={}, help=f"settings of what is {kind}, as JSON"
        )
    options = parser.parse_args()
    compute_in_threads(1)
    try:
        for rows in Study(options).run():
            markdown = write_markdown(rows)
            publish_csv(pl.DataFrame(rows), join(options.output, "alignment.csv"))
            publish_bytes(markdown.encode(), join(options.output, "alignment.md"))
    except ExpectedError as error:
        parser.error(str(error))
    sys.stdout.write(markdown)


if __name__ == "__main__":
    main()
