"""What the shipped weights and the recipes make of fixed inputs, written down in `outputs.json`.

    python -m tests.golden.record

rewrites the file, which is right after a change of results that is meant: raise the counter of
what changed first (`OUTPUT_VERSION` and so on), so that nobody's finished work is taken for new.
"""

import argparse
import hashlib
import json
import platform
import re
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyvips
import torch

from flows.restore import restore
from rr_tasks.archive.resume import OUTPUT_VERSION
from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.evaluation.images.shard import (
    EVALUATION_VERSION,
    evaluate_shard,
    read_evaluation,
)
from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.photographs.reading import DECODER_VERSION
from rr_tasks.reasoner import edge
from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.reasoner.views import VIEW_SIDE
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.load import load_restorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.shards.spec import open_dataset
from rr_tasks.storage.files import read_bytes
from rr_tasks.training import flow, reasoner
from rr_tasks.training.restorer import train_restorer
from schemas.archive import RestoreParameters
from schemas.evaluation import RestorationSetting
from schemas.network import ReasonerShape, RestorerShape
from schemas.reasoner import EdgeReasonerChoice
from schemas.recipe import BENCHMARK, RECIPES, DegradationRecipe
from schemas.restorer import EdgeRestorerChoice
from schemas.training import LoopSettings
from tests.rows import read_rows

FILE = Path(__file__).with_name("outputs.json")
SAMPLES = Path(__file__).parents[2] / "infra" / "samples"

_SIZES = {"JPEG": (300, 421), "16-bit PNG": (177, 133), "tiles": (560, 610)}


def machine() -> dict[str, Any]:
    """What decides the last bits of floating-point results: only the same machine repeats them."""
    # The name alone does not tell generations of processors apart where a hypervisor shortens it.
    about = Path("/proc/cpuinfo").read_text()
    found = [re.search(rf"{key}\s*: (.+)", about) for key in ("model name", "cpu family", "model")]
    return {
        "processor": " ".join(one[1] for one in found if one) or platform.processor(),
        "kernels": torch.backends.cpu.get_cpu_capability(),
        "bfloat16": torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported(),
        "torch": torch.__version__,
        "opencv": cv2.__version__,
        "numpy": np.__version__,
    }


def counters() -> dict[str, int]:
    """Numbers that are raised when results change."""
    return {
        "output": OUTPUT_VERSION,
        "evaluation": EVALUATION_VERSION,
        "synthesis": BENCHMARK.algorithm,
        "decoder": DECODER_VERSION,
        "reasoner": edge.ALGORITHM,
        "training of reasoners": reasoner.ALGORITHM,
        "training of restorers": flow.ALGORITHM,
    }


def outputs(work: Path) -> dict[str, Any]:
    """Restore five photographs, synthesize a shard of each recipe, and work with one of them."""
    torch.set_num_threads(1)
    return {
        "restored": _restored(work),
        "synthesized": _synthesized(work),
        "annotated": _annotated(work),
        "evaluated": _evaluated(work),
        "trained": _trained(work),
    }


def _restored(work: Path) -> dict[str, Any]:
    source, target = work / "in", work / "out"
    source.mkdir(parents=True)
    _write_inputs(source)
    restore(RestoreParameters(input=str(source), output=str(target)))
    return {photograph.name: _facts(target / photograph.name) for photograph in _in(source)}


def _facts(path: Path) -> dict[str, Any]:
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    prior = path.with_name(f"{path.name}.prior.json")
    return {
        "pixels": hashlib.sha256(pixels.tobytes()).hexdigest(),
        "means": np.round(cv2.resize(pixels, (4, 4), interpolation=cv2.INTER_AREA), 2).tolist(),
        "prior": json.loads(prior.read_text()) if prior.exists() else None,
    }


def _in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def _write_inputs(folder: Path) -> None:
    rng = np.random.default_rng(7)
    names = ("erase__red_panda", "explore_monuments__lincolnMemorial")
    panda, memorial = (
        cv2.imread(str(SAMPLES / "heldout" / f"{name}.webp")).astype(np.float32) for name in names
    )
    hazy = _resized(memorial, _SIZES["JPEG"]) * 0.4 + 0.6 * 215
    cv2.imwrite(str(folder / "hazy.jpg"), hazy.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 92])
    small = _resized(panda, _SIZES["16-bit PNG"])
    noisy = small + rng.normal(0, 22, small.shape)
    cv2.imwrite(str(folder / "noisy.png"), (noisy.clip(0, 255) * 257).astype(np.uint16))
    wide = noisy[..., ::-1].clip(0, 255).astype(np.uint8)
    tagged = pyvips.Image.new_from_array(np.ascontiguousarray(wide)).copy(interpretation="srgb")
    tagged.set_type(
        pyvips.GValue.blob_type, "icc-profile-data", bytes(pyvips.Image.profile_load("p3"))
    )
    (folder / "wide.png").write_bytes(tagged.pngsave_buffer())
    large = _resized(panda, _SIZES["tiles"])
    blurred = cv2.blur(large, (15, 1)) + rng.normal(0, 9, large.shape)
    cv2.imwrite(str(folder / "blurred.png"), blurred.clip(0, 255).astype(np.uint8))
    cv2.imwrite(str(folder / "sharp.png"), large.astype(np.uint8))


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _synthesized(work: Path) -> dict[str, Any]:
    found = {}
    for name, recipe in (*RECIPES.items(), ("benchmark", BENCHMARK)):
        small = _small(recipe)
        spec, photographs = plan_synthesis(str(SAMPLES / "train"), small, 3, 12, 12)
        folder = open_dataset(str(work / name), spec, photographs)
        marker = synthesize_shard(folder, spec, photographs.folder, 0)
        found[name] = {"sha256": marker.sha256, "severities": _severities(folder)}
    return found


def _annotated(work: Path) -> dict[str, Any]:
    (shards,) = map(str, (work / "benchmark").iterdir())
    shipped = load_reasoner(EdgeReasonerChoice())
    spec = plan_annotation(shards, shipped)
    folder = open_annotations(str(work), spec)
    marker = annotate_shard(shards, folder, spec, shipped, 0)
    return {"benchmark": {"sha256": marker.sha256, "severities": _severities(folder)}}


def _evaluated(work: Path) -> dict[str, Any]:
    """Figures of photographs just large enough for a diagnosis that is acted on."""
    recipe = BENCHMARK.model_copy(update={"size": VIEW_SIDE})
    spec, photographs = plan_synthesis(str(SAMPLES / "train"), recipe, 3, 12, 12)
    shards = open_dataset(str(work / "evaluated"), spec, photographs)
    synthesize_shard(shards, spec, photographs.folder, 0)
    models = load_reasoner(EdgeReasonerChoice()), load_restorer(EdgeRestorerChoice())
    trial = Trial(shards, *models, RestorationSetting())
    rows = read_evaluation([evaluate_shard(trial, 0, str(work / "rows"))])
    figures = rows.select("psnr_before", "psnr_after", "ssim_before", "ssim_after")
    return {"benchmark": [[round(value, 3) for value in row] for row in figures.iter_rows()]}


def _trained(work: Path) -> dict[str, Any]:
    """What the first steps make of small networks."""
    (shards,) = map(str, (work / "benchmark").iterdir())
    (annotations,) = map(str, work.glob("annotations-*"))
    torch.manual_seed(0)
    diagnosing = ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16, maps=True))
    shape = RestorerShape(
        width=8, encoder=(1, 1), middle=1, decoder=(1, 1), embedding=16, guides=True
    )
    restoring = EdgeRestorer(RestorerNetwork(shape))
    settings = LoopSettings(
        steps=4, batch_size=2, accumulate=2, learning_rate=1e-3, warmup_steps=1, ema_decay=0.5
    )
    folders = {name: str(work / name) for name in ("reasoner", "restorer")}
    quiet: dict[str, Any] = {"on_progress": lambda *_: None}
    reasoner.train_reasoner(
        diagnosing, shards, settings, folder=folders["reasoner"], device=restoring.device, **quiet
    )
    train_restorer(
        restoring,
        shards,
        annotations,
        settings,
        crop_side=128,
        folder=folders["restorer"],
        **quiet,
    )
    trained = {"reasoner": diagnosing, "restorer": restoring.trainable()}
    return {
        name: {
            "weights": _digest(network),
            "log": json.loads(read_bytes(f"{folders[name]}/log.jsonl")),
        }
        for name, network in trained.items()
    }


def _digest(network: torch.nn.Module) -> str:
    weights = network.state_dict().values()
    return hashlib.sha256(b"".join(value.numpy().tobytes() for value in weights)).hexdigest()


def _severities(folder: str) -> list[list[float]]:
    rows = read_rows(folder).select("haze", "blur", "rain", "noise")
    return [[round(value, 3) for value in row] for row in rows.iter_rows()]


def _small(recipe: DegradationRecipe) -> DegradationRecipe:
    """The recipe with squares of 96 pixels, so that it takes little time."""
    changes: dict[str, Any] = {"size": 96}
    if recipe.smallest_size:
        changes["smallest_size"] = 48
    if recipe.alternatives:
        changes["alternatives"] = tuple(map(_small, recipe.alternatives))
    return recipe.model_copy(update=changes)


def main() -> None:
    """Write the file anew."""
    with tempfile.TemporaryDirectory() as work:
        found = outputs(Path(work))
    recorded = {"machine": machine(), "counters": counters(), **found}
    FILE.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    main()
