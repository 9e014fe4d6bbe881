"""Average the weights of two restorers of one shape, to start the next leg from.

    python infra/weights/average.py after.safetensors before.safetensors mean.safetensors

The mean of weights before and after further training tends to keep what each does best (Wortsman et
al., Robust fine-tuning of zero-shot models, 2022).
"""

import argparse

import torch

from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.weights.file import hash_weights, load_network, save_network
from rr_tasks.weights.lineage import SOURCES, read_sources
from schemas.errors import ExpectedError


class OtherShapeError(ExpectedError, ValueError):
    """Two networks have no mean."""


def average(one: RestorerNetwork, other: RestorerNetwork, share: float) -> RestorerNetwork:
    """Return a network whose weights are `share` of one's and the rest of the other's.

    Raises:
        OtherShapeError: they differ in shape.
    """
    if one.shape != other.shape:
        raise OtherShapeError(
            f"networks of different shapes have no mean: {one.shape} and {other.shape}; "
            "infra/weights/add_guides.py gives guides to one that lacks them"
        )
    mean = RestorerNetwork(one.shape)
    others = other.state_dict()
    mean.load_state_dict(
        {name: torch.lerp(others[name], value, share) for name, value in one.state_dict().items()}
    )
    return mean.eval()


def main() -> None:
    """Average two files, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("one", help="weights of a restorer")
    parser.add_argument("other", help="weights of another one")
    parser.add_argument("averaged", help="file that receives the mean")
    parser.add_argument("--share", type=float, default=0.5, help="of the first one, 0-1")
    options = parser.parse_args()
    if not 0 <= options.share <= 1:
        parser.error(f"--share {options.share}: must be from 0 to 1")
    files = (options.one, options.other)
    try:
        one, other = (load_network(file, RestorerNetwork) for file in files)
        record = {
            "mean_of": [hash_weights(file) for file in files],
            "share": options.share,
            SOURCES: sorted(frozenset.union(*map(read_sources, files))),
        }
        save_network(average(one, other, options.share), options.averaged, record)
    except ExpectedError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
