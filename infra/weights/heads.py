"""Train the heads of a reasoner alone, before all of it is trained.

    python infra/weights/heads.py grown.safetensors heads.safetensors RUN SHARDS [SHARDS ...]

New heads draw at random at first, and would make the trunk unlearn what it knows. While they learn,
what the trunk sees does not change, so it looks at every view once, and they learn from memory.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

import numpy as np
import torch

from rr_tasks.device import autocast
from rr_tasks.reasoner.network import ReasonerNetwork, Sight
from rr_tasks.shards.stream import read_samples
from rr_tasks.storage.files import name_of
from rr_tasks.training.dataset import check_dataset
from rr_tasks.training.diagnosis import compare
from rr_tasks.training.loop import train
from rr_tasks.training.objective import Losses, Objective
from rr_tasks.training.reasoner import make_examples
from rr_tasks.training.rounds import Batch, Example, stack
from rr_tasks.weights.file import hash_weights, load_network, save_network
from rr_tasks.weights.lineage import SOURCES, list_sources, read_sources
from schemas.errors import ExpectedError
from schemas.training import LoopSettings

_CPU = torch.device("cpu")
_VIEWS = ("overview", "working", "native")
_PARTS = ("seen_overview", "seen_working", "seen_native", "seen_sharpest")
_SEEN_AT_ONCE = 32
_TRUNK = ("stem", "role", "trunk")


class Memory:
    """What the trunk sees in all examples of data sets, and the truth; serves batches of it."""

    def __init__(
        self, network: ReasonerNetwork, shards: Sequence[str], settings: LoopSettings
    ) -> None:
        examples, seen = list_examples(shards), []
        while some := list(islice(examples, _SEEN_AT_ONCE)):
            seen.append(_look(network, some))
        self._held = {name: torch.cat([batch[name] for batch in seen]) for name in seen[0]}
        self._settings = settings

    def batch(self, number: int) -> Batch:
        """Draw a batch; the same number gives the same one."""
        rng = np.random.default_rng((self._settings.seed, number))
        count = len(self._held["vector"])
        drawn = torch.from_numpy(rng.choice(count, self._settings.batch_size, replace=False))
        return {name: held[drawn] for name, held in self._held.items()}


def read_loss(network: ReasonerNetwork, batch: Batch, _: torch.Generator) -> Losses:
    """Compare what the heads read from memory with the truth."""
    sight = Sight(batch["fine"], tuple(batch[part] for part in _PARTS))
    return compare(network.read(sight, batch["cepstra"], batch["short_side"]), batch)


def list_examples(shards: Sequence[str]) -> Iterator[Example]:
    """Make the examples of each sample of data sets once."""
    for folder in shards:
        for marker in check_dataset(folder):
            samples = read_samples(folder, marker.shard, "degraded.png", "prior.json")
            for place, sample in enumerate(samples):
                rng = np.random.default_rng((marker.shard, place))
                yield from make_examples(sample, rng)


def _look(network: ReasonerNetwork, examples: Sequence[Example]) -> Batch:
    batch = stack(examples)
    with torch.inference_mode(), autocast(_CPU):
        sight = network.look(*(batch.pop(view) for view in _VIEWS))
    seen = {"fine": sight.fine, **dict(zip(_PARTS, sight.parts, strict=True))}
    return batch | {name: part.bfloat16().clone() for name, part in seen.items()}


def main() -> None:
    """Train the heads of a file, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("before", help="weights of a reasoner")
    parser.add_argument("trained", help="file that receives those with trained heads")
    parser.add_argument("run", help="folder that receives the checkpoint and the log")
    parser.add_argument("shards", nargs="+", help="data sets")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch-size", type=int, default=128)
    options = parser.parse_args()
    settings = LoopSettings(
        steps=options.steps,
        batch_size=options.batch_size,
        learning_rate=1e-3,
        warmup_steps=options.steps // 20,
        ema_decay=0.99,
    )
    torch.manual_seed(0)
    try:
        network = load_network(options.before, ReasonerNetwork)
        memory = Memory(network, options.shards, settings)
        for name, value in network.named_parameters():
            value.requires_grad_(name.partition(".")[0] not in _TRUNK)
        objective = Objective(network, partial(read_loss, network))
        train(objective, memory, settings, options.run, device=_CPU, on_progress=_report)
    except ExpectedError as error:
        parser.error(str(error))
    learned = [list_sources(name_of(folder)) for folder in options.shards]
    sources = sorted(read_sources(options.before).union(*learned))
    record = {"heads_from": hash_weights(options.before), SOURCES: sources}
    save_network(network, options.trained, record)


def _report(step: int, means: dict[str, float]) -> None:
    shown = ", ".join(f"{name} {value:.4f}" for name, value in means.items())
    sys.stdout.write(f"{step}: {shown}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
