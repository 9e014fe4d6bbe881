"""Widen the trunk of the first release's reasoner, for a longer training to start from.

    git show d5309aa:rr_tasks/weights/edge-reasoner.safetensors > narrow.safetensors
    python infra/weights/grow.py narrow.safetensors grown.safetensors

What the narrow trunk sees stays in the first channels of the wide one, which read none of the new
channels. Those read all others, from random weights; attention and head are new.
"""

import argparse

import torch
from safetensors.torch import load_file

from rr_tasks import weights
from rr_tasks.reasoner.network import ReasonerNetwork


def grow(narrow: dict[str, torch.Tensor], network: ReasonerNetwork) -> ReasonerNetwork:
    """Copy a narrow stem and trunk into a wide network.

    Args:
        narrow: tensors of a trunk of the same depth, with two roles: overview and crop.
        network: freshly made.
    """
    for name, wide in network.state_dict().items():  # tensors that share the network's memory
        if name == "role":
            wide.copy_(narrow[name][[0, 1, 1]])  # crops at working size and native ones
        elif name.startswith(("stem.", "trunk.")):
            old = narrow[name].to(wide.dtype)
            if wide.ndim == 4:
                wide[: old.shape[0]] = 0  # old channels read old channels alone
            wide[tuple(slice(length) for length in old.shape)] = old
    return network


def main() -> None:
    """Grow a file, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("narrow", help="weights of the first release's reasoner")
    parser.add_argument("grown", help="file that receives the wide network's weights")
    options = parser.parse_args()
    torch.manual_seed(0)
    network = grow(load_file(options.narrow), ReasonerNetwork())
    origin = weights.digest(options.narrow)
    weights.save(network, options.grown, "edge-reasoner", {"grown_from": origin})


if __name__ == "__main__":
    main()
