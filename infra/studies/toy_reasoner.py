"""Shows that a reasoner of the Qwen tier learns: a small Qwen3-VL, from scratch, on a CPU.

    python infra/studies/toy_reasoner.py PHOTOS HELDOUT OUT

makes the data (`PHOTOS` are clean photographs to learn from, `HELDOUT` others to measure on),
trains twice and measures. It goes on where it was stopped. The photographs are degraded as in
`benchmark`, at 128 x 128 pixels. First the model learns to rate, which is one digit for each type,
and then to write whole answers too. Its patch embedding begins as cosines, which a model of this
size would spend most of its time to find.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoModelForImageTextToText

from flows.synthesize import synthesize
from rr_tasks.threads import compute_in_threads
from rr_tasks.toys.reasoner import ToyShape, build_toy_reasoner
from rr_tasks.training.language_run import run_language_training
from schemas.parameters import SynthesizeParameters, TrainLanguageParameters
from schemas.recipe import BENCHMARK, EDGE_DEFAULT, DegradationRecipe, JpegRecipe

SIDE = 128
SHAPE = ToyShape(
    side=SIDE,
    width=192,
    layers=3,
    vision_width=128,
    vision_layers=2,
    vocabulary=1536,
)

_LEARNED = EDGE_DEFAULT.model_copy(
    update={
        "name": f"benchmark-random-{SIDE}",
        "size": SIDE,
        "jpeg": JpegRecipe(probability=0.0),
    }
)
_MEASURED = BENCHMARK.model_copy(update={"name": f"benchmark-{SIDE}", "size": SIDE})

_FREQUENCIES = (0, 1, 2, 3, 5, 7, 9, 11, 13, 15)
_COLOURS = {  # of linear combinations of red, green and blue, and the frequencies to look at
    (1.0, 1.0, 1.0): [(u, v) for u in _FREQUENCIES for v in _FREQUENCIES],
    (1.0, -1.0, 0.0): [(u, v) for u in (0, 1, 9, 15) for v in (0, 1, 9, 15)][:14],
    (-0.5, -0.5, 1.0): [(u, v) for u in (0, 1, 9, 15) for v in (0, 1, 9, 15)][:14],
}


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("photos", "heldout", "output"):
        parser.add_argument(name)
    given = parser.parse_args()
    compute_in_threads(1)
    output = Path(given.output)
    learned = make_data(given.photos, output / "data", _LEARNED, seed=7, samples=16_384)
    measured = make_data(given.heldout, output / "data", _MEASURED, seed=2026, samples=None)
    start = output / "start"
    if not (start / "config.json").exists():
        build_start(start)
    rated = learn(learned, measured, start, output / "rating", steps=700, rating_share=1.0)
    learn(learned, measured, Path(rated), output / "diagnosis", steps=900, rating_share=0.25)


def make_data(
    photographs: str, folder: Path, recipe: DegradationRecipe, *, seed: int, samples: int | None
) -> str:
    """Synthesize a data set by a recipe, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{recipe.name}.json"
    written.write_text(recipe.model_dump_json(indent=2, exclude_defaults=True))
    return synthesize(
        SynthesizeParameters(
            photographs=photographs,
            output=str(folder),
            recipe=str(written),
            samples=samples,
            seed=seed,
            shard_size=512,
            workers=1,
        )
    )


def build_start(folder: Path) -> None:
    """Write the model that learning starts from."""
    build_toy_reasoner(folder, SHAPE)
    model = AutoModelForImageTextToText.from_pretrained(folder)
    filters = torch.from_numpy(draw_cosines(SHAPE.patch))
    with torch.no_grad():  # both frames of a still are the same
        model.model.visual.patch_embed.proj.weight.copy_(filters[:, :, None] / 2)
    model.save_pretrained(folder)


def draw_cosines(side: int) -> npt.NDArray[np.float32]:
    """Draw filters (128, 3, side, side): products of cosines in light and in two colours.

    Fine ones are as much stronger as fine detail is weaker in photographs.
    """
    places = (np.arange(side) + 0.5) / side
    filters = []
    for colour, waves in _COLOURS.items():
        for u, v in waves:
            wave = np.outer(np.cos(math.pi * u * places), np.cos(math.pi * v * places))
            whole = np.array(colour)[:, None, None] * wave
            gain = (1 + math.hypot(u, v)) ** 1.2 / 6
            filters.append(gain * whole / np.linalg.norm(whole))
    return np.stack(filters).astype(np.float32)


def learn(
    shards: str, measured: str, start: Path, output: Path, *, steps: int, rating_share: float
) -> str:
    """Train all weights, and return the folder of the model."""
    return run_language_training(
        TrainLanguageParameters(
            shards=shards,
            output=str(output),
            start=str(start),
            learn="full",
            attention="eager",
            checkpointing=False,
            rating_share=rating_share,
            measured_scenes=True,
            steps=steps,
            batch_size=32,
            accumulate=1,
            learning_rate=1e-3,
        ),
        lambda step, means: print(output.name, step, means, flush=True),  # noqa: T201
    )


if __name__ == "__main__":
    main()
