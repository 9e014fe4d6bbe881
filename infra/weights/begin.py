"""Make untrained weights to train from scratch: of a reasoner of any width or an unguided restorer.

    python infra/weights/begin.py reasoner begun.safetensors --widths 32 64 128 --seed 7
    rr train reasoner SHARDS RUN --start begun.safetensors
    python infra/weights/begin.py restorer begun.safetensors
    rr train restorer SHARDS ANNOTATIONS RUN --start begun.safetensors

Without `--start`, `rr train reasoner` begins with the default widths and `rr train restorer` with
guides.
"""

import argparse

import torch

from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.weights.file import save_network
from rr_tasks.weights.network import StoredNetwork
from schemas.errors import ExpectedError
from schemas.network import ReasonerShape, RestorerShape


def begin(options: argparse.Namespace) -> StoredNetwork:
    """Return a network whose weights are drawn with the seed of the options."""
    torch.manual_seed(options.seed)
    if options.network == "restorer":
        return RestorerNetwork(RestorerShape(guides=False))
    return ReasonerNetwork(
        ReasonerShape(
            widths=tuple(options.widths),
            hidden=options.hidden,
            looks=options.looks,
            maps=options.maps,
        )
    )


def main() -> None:
    """Write a file, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    networks = parser.add_subparsers(dest="network", required=True)
    reasoner = networks.add_parser("reasoner", help="of any width")
    reasoner.add_argument("--widths", type=int, nargs=3, default=[48, 96, 192])
    reasoner.add_argument("--hidden", type=int, default=384)
    reasoner.add_argument("--looks", type=int, default=8)
    reasoner.add_argument("--maps", action="store_true")
    restorer = networks.add_parser("restorer", help="of the default shape, without guides")
    for network in (reasoner, restorer):
        network.add_argument("begun", help="file that receives the weights")
        network.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    try:
        save_network(begin(options), options.begun, {"seed": options.seed})
    except ExpectedError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
