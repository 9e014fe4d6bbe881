"""Trains in one of several processes, as `torchrun` starts it: `processes.py FOLDER`."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from rr_tasks.shards.stream import Piece
from rr_tasks.training.epochs import deal_epochs
from rr_tasks.training.loop import train
from rr_tasks.training.objective import Losses, Objective
from rr_tasks.training.processes import deal_shards, join_processes
from rr_tasks.training.rounds import Batch, Example, RoundLoader, stack
from schemas.shard import DoneMarker
from schemas.training import LoopSettings

SETTINGS = LoopSettings(
    steps=6, batch_size=4, accumulate=2, learning_rate=1e-2, warmup_steps=0, checkpoint_every=3
)
MARKERS = [
    DoneMarker(
        shard=number,
        samples=count,
        failures=0,
        size_bytes=0,
        sha256="0" * 64,
        spec_hash="0" * 16,
        schema_version=2,
        code_version="0",
        finished_at="",
    )
    for number, count in enumerate((5, 4, 3))
]
Place = tuple[int, int]


def read(piece: Piece) -> Iterator[Place]:
    yield from ((piece.shard, index) for index in range(piece.start, piece.stop))


def load(place: Place, rng: np.random.Generator) -> list[Example]:
    """Two examples of a sample."""
    return [
        {"key": np.array([*place, copy]), "draw": rng.random(3).astype(np.float32)}
        for copy in range(2)
    ]


def loss(network: nn.Module, seen: list[object], batch: Batch, noise: torch.Generator) -> Losses:
    seen.append({"keys": batch["key"].tolist(), "noise": float(torch.rand(1, generator=noise))})
    error = (network(batch["draw"])[:, 0] - batch["draw"].sum(1)).square().mean()
    return {"loss": error}


def main(folder: Path) -> None:
    cpu = torch.device("cpu")
    rank = join_processes(cpu).process_index
    torch.manual_seed(rank)  # all must go on from the weights of the first process
    network = nn.Linear(3, 1)
    seen: list[object] = []
    objective = Objective(network, partial(loss, network, seen))
    epochs = deal_epochs(MARKERS, samples_per_round=6, seed=0)
    with RoundLoader(epochs, read, load, stack, examples_per_sample=2, batch_size=4) as batches:
        train(
            objective,
            batches,
            SETTINGS,
            str(folder / "run"),
            device=cpu,
            on_progress=lambda *_: (folder / f"reported-{rank}").touch(),
        )
    dealt = [marker.shard for marker in deal_shards(MARKERS, cpu)]
    (folder / f"dealt-{rank}.json").write_text(json.dumps(dealt))
    torch.save(network.state_dict(), folder / f"weights-{rank}.pt")
    (folder / f"seen-{rank}.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
