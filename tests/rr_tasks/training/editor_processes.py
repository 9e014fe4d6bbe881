"""Adapts and aligns an editor in two processes: `editor_processes.py FOLDER`.

The folder has the parameters of both, `train.json` and `align.json`. The processes are forked when
all is imported, because importing takes much longer than learning.
"""

import sys
from pathlib import Path

from accelerate import debug_launcher

from rr_tasks.alignment import validation
from rr_tasks.alignment.run import run_alignment
from rr_tasks.training.editor import run_editor_training
from schemas.parameters.alignment import AlignParameters
from schemas.parameters.editor_training import TrainEditorParameters


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


def learn(folder: Path) -> None:
    train, align = ((folder / name).read_text() for name in ("train.json", "align.json"))
    run_editor_training(TrainEditorParameters.model_validate_json(train), silent)
    validation.MOST_LOOKS = 2
    run_alignment(AlignParameters.model_validate_json(align), silent)


if __name__ == "__main__":
    debug_launcher(learn, (Path(sys.argv[1]),))
