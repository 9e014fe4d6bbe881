"""The arms of the study of alignment: how each learns, and for how many steps of equal time."""

import json
import time
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from pydantic import JsonValue

from rr_tasks.alignment.run import run_alignment
from rr_tasks.storage.files import exists, join, publish_bytes, read_bytes
from rr_tasks.training.loop import ProgressReport
from rr_tasks.training.run import run_restorer_training
from schemas.parameters.alignment import AlignParameters
from schemas.parameters.restorer_training import TrainRestorerParameters

ArmName = Literal["grpo", "nft", "supervised"]
ARMS: tuple[ArmName, ...] = get_args(ArmName)

TRIAL_STEPS = {"grpo": 10, "nft": 10, "supervised": 100}
"""Steps by which the pace of an arm is measured; it reports at least twice on the way."""

Settings = Mapping[str, JsonValue]


class Lesson(NamedTuple):
    """What all arms have in common: data, its annotations, and the weights that they start from."""

    shards: str
    annotations: str
    start: str


class Arm(NamedTuple):
    """One way to learn, with settings that differ from its defaults."""

    name: ArmName
    lesson: Lesson
    settings: Settings

    def measure_pace(self, folder: str) -> float:
        """Return the processor seconds of a step, measured once."""
        note = join(folder, "pace.json")
        if not exists(note):
            reports: list[tuple[int, float]] = []

            def report(step: int, _: dict[str, float]) -> None:
                reports.append((step, time.process_time()))

            self._learn(folder, 0, TRIAL_STEPS[self.name], report)
            # Until the first report, it also reads the data and tests the judge.
            (first, then), (last, now) = reports[0], reports[-1]
            publish_bytes(json.dumps({"seconds": (now - then) / (last - first)}).encode(), note)
        return float(json.loads(read_bytes(note))["seconds"])

    def train(self, folder: str, seed: int, steps: int, on_progress: ProgressReport) -> str:
        """Learn, or resume, and return the URL of the weights; see also `read_seconds`."""
        spent, begun = read_seconds(folder), time.process_time()

        def report(step: int, means: dict[str, float]) -> None:
            seconds = spent + time.process_time() - begun
            publish_bytes(json.dumps({"seconds": seconds, "steps": step}).encode(), _clock(folder))
            on_progress(step, means)

        return self._learn(folder, seed, steps, report)

    def _learn(self, folder: str, seed: int, steps: int, on_progress: ProgressReport) -> str:
        shards, annotations, start = self.lesson
        told: dict[str, Any] = {"shards": shards, "annotations": annotations, "output": folder}
        told |= {"seed": seed, "steps": steps, **self.settings}
        if self.name == "supervised":
            training = TrainRestorerParameters.model_validate({"start": start, **told})
            return run_restorer_training(training, on_progress)
        restorer = {"kind": "edge", "weights": start}
        alignment = AlignParameters.model_validate(
            {"restorer": restorer, "objective": self.name, **told}
        )
        return run_alignment(alignment, on_progress)


def read_seconds(folder: str) -> float:
    """Return the processor seconds that a run took so far, in all its sittings."""
    note = _clock(folder)
    return float(json.loads(read_bytes(note))["seconds"]) if exists(note) else 0.0


def _clock(folder: str) -> str:
    return join(folder, "seconds.json")
