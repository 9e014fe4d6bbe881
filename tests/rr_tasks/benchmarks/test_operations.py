import torch
from torch.nn import functional

from rr_tasks.benchmarks.operations import spend

X = torch.rand(1, 8, 16, 32)
MIX, SPREAD, SHRINK = torch.rand(4, 8, 1, 1), torch.rand(8, 1, 3, 3), torch.rand(2, 8, 2, 2)


def test_each_kind_of_operation_is_counted_apart() -> None:
    def work() -> None:
        functional.conv2d(X, MIX)
        functional.conv2d(X, SPREAD, padding=1, groups=8)
        functional.conv2d(X, SHRINK, stride=2)
        functional.layer_norm(X.permute(0, 2, 3, 1), (8,))
        (X + X) * X

    with torch.inference_mode():
        spent = {one.kind: one for one in spend(work, rounds=2)}
    pixels = 16 * 32
    assert spent["1x1 convolutions"].flop == 2 * pixels * 8 * 4
    assert spent["depthwise convolutions"].flop == 2 * pixels * 8 * 9
    assert spent["other convolutions"].flop == 2 * pixels / 4 * 2 * 8 * 4
    assert spent["norms"].flop == spent["element by element"].flop == 0
    assert spent["element by element"].moved == 6 * X.nbytes
    assert spent["1x1 convolutions"].moved == X.nbytes + MIX.nbytes + X.nbytes / 2
    assert all(one.seconds >= 0 for one in spent.values())


def test_the_fastest_run_counts() -> None:
    sizes = iter([2, 900, 2, 900])

    def work() -> None:
        size = next(sizes)
        torch.zeros(size, size).clamp(0, 1).sum()

    (busy,) = (one for one in spend(work, rounds=3) if one.kind == "element by element")
    assert busy.seconds < 5e-3
