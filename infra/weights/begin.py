"""Make untrained weights of a reasoner of any width, to train from scratch.

    python infra/weights/begin.py begun.safetensors --widths 32 64 128 --seed 7
    rr train reasoner SHARDS RUN --start begun.safetensors

`rr train reasoner` without `--start` begins with those of the default widths.
"""

import argparse

import torch

from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.weights.file import save_network
from schemas.errors import ExpectedError
from schemas.network import ReasonerShape


def main() -> None:
    """Write a file, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("begun", help="file that receives the weights")
    parser.add_argument("--widths", type=int, nargs=3, default=[48, 96, 192])
    parser.add_argument("--hidden", type=int, default=384)
    parser.add_argument("--looks", type=int, default=8)
    parser.add_argument("--maps", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    shape = ReasonerShape(
        widths=tuple(options.widths), hidden=options.hidden, looks=options.looks, maps=options.maps
    )
    torch.manual_seed(options.seed)
    try:
        save_network(ReasonerNetwork(shape), options.begun, {"seed": options.seed})
    except ExpectedError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
