"""What a computation spends its time on: seconds, arithmetic and bytes by kind of operation."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, get_args

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

Kind = Literal[
    "1x1 convolutions",
    "depthwise convolutions",
    "other convolutions",
    "norms",
    "element by element",
    "copies",
    "other",
]

_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("layer_norm", "linalg_vector_norm"), "norms"),
    **dict.fromkeys(("square_", "div_", "rsqrt_"), "norms"),
    **dict.fromkeys(("add", "add_", "sub", "mul", "clamp", "clamp_"), "element by element"),
    **dict.fromkeys(("to", "_to_copy", "clone", "copy_", "cat", "reshape"), "copies"),
}


@dataclass(frozen=True)
class Spent:
    """Processor seconds, floating-point operations of products, and bytes read and written."""

    kind: Kind
    seconds: float
    flop: float
    moved: float


def spend(work: Callable[[], object], rounds: int) -> list[Spent]:
    """Run `work` several times in this thread and say what one run spends, by kind.

    Seconds are those of the fastest run of each operation, so that other work on the machine counts
    little. Bytes are the sizes of all operands and results, whether or not a cache holds them.

    Args:
        work: does the same operations in each run.
        rounds: how many runs to measure, after one that warms up.
    """
    work()
    runs = []
    for _ in range(rounds):
        with _Witness() as witness:
            work()
        runs.append(witness.seen)
    totals: dict[Kind, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for same in zip(*runs, strict=True):
        first, total = same[0], totals[same[0].kind]
        total[0] += min(one.seconds for one in same)
        total[1] += first.flop
        total[2] += first.moved
    return [Spent(kind, *totals[kind]) for kind in get_args(Kind) if kind in totals]


class _Witness(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes every operation."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: list[Spent] = []

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        start = time.thread_time()
        result = func(*args, **(kwargs or {}))
        seconds = time.thread_time() - start
        if not func.is_view:
            kind, flop = _classify(func.overloadpacket.__name__, args, result)
            moved = sum(
                leaf.nbytes
                for leaf in tree_leaves((args, result))
                if isinstance(leaf, torch.Tensor)
            )
            self.seen.append(Spent(kind, seconds, flop, moved))
        return result


def _classify(name: str, args: Sequence[Any], result: Any) -> tuple[Kind, float]:
    """Return the kind of an operation, and its products and sums."""
    if name not in {"conv2d", "convolution"}:
        return _KINDS.get(name, "other"), 0.0
    weight: torch.Tensor = args[1]
    flop = 2.0 * result.numel() * prod(weight.shape[1:])
    if prod(weight.shape[2:]) == 1:
        return "1x1 convolutions", flop
    return "depthwise convolutions" if weight.shape[1] == 1 else "other convolutions", flop
