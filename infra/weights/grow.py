"""Give the reasoner of an earlier release eyes for the cepstrum, for a longer training.

    git show 4041f3d:rr_tasks/weights/edge-reasoner.safetensors > before.safetensors
    python infra/weights/grow.py before.safetensors grown.safetensors

All its weights are kept. What reads the cepstrum and the size is new, with random weights, which
alter its answers until they are trained.
"""

import argparse

import torch
from safetensors.torch import load_file

from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.weights.file import hash_weights, save_network

_HEAD = "head.0.weight"


def grow(before: dict[str, torch.Tensor], network: ReasonerNetwork) -> ReasonerNetwork:
    """Copy the weights of a reasoner without cepstrum into a freshly made one of equal widths.

    Args:
        before: its tensors; the head's first layer has fewer columns, the first ones.
        network: freshly made; returned.
    """
    state = network.state_dict()
    state[_HEAD][:, : before[_HEAD].shape[1]] = before[_HEAD]
    network.load_state_dict({**state, **before, _HEAD: state[_HEAD]})
    return network


def main() -> None:
    """Grow a file, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("before", help="weights of a reasoner without cepstrum")
    parser.add_argument("grown", help="file that receives the weights of one with it")
    options = parser.parse_args()
    torch.manual_seed(0)
    network = grow(load_file(options.before), ReasonerNetwork())
    origin = hash_weights(options.before)
    save_network(network, options.grown, {"grown_from": origin})


if __name__ == "__main__":
    main()
