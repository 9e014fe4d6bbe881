"""Give the reasoner of an earlier release maps, for a longer training.

    git show aff3c38:rr_tasks/weights/edge-reasoner.safetensors > before.safetensors
    python infra/weights/grow.py before.safetensors grown.safetensors

All its weights are kept. What draws maps, looks at the sharpest window and reads the cepstrum of
the sharpest ones is new, and does not alter its answers until it is trained.
"""

import argparse

import torch

from rr_tasks.reasoner.layers import CEPSTRUM_WIDTH
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.weights.file import hash_weights, load_network, save_network
from rr_tasks.weights.lineage import SOURCES, read_sources
from schemas.errors import ExpectedError

_HEAD = "head.0.weight"
_WORKING = 1  # the role of crops at working size, which the sharpest window takes at first


def grow(before: ReasonerNetwork) -> ReasonerNetwork:
    """Copy the weights of a network without maps into a new one of equal widths with maps.

    Its head does not read yet what the old one lacked.
    """
    after = ReasonerNetwork(before.shape.model_copy(update={"maps": True}))
    known, state = before.state_dict(), after.state_dict()
    role = torch.cat([known["role"], known["role"][[_WORKING]]])
    width = before.shape.widths[-1]
    moments, looks, scale = known[_HEAD].split(
        [2 * len(known["role"]) * width, before.shape.looks * width + CEPSTRUM_WIDTH, 1], 1
    )
    unread_moments, unread_cepstrum = (
        torch.zeros(len(looks), columns) for columns in (2 * width, CEPSTRUM_WIDTH)
    )
    head = torch.cat([moments, unread_moments, looks, unread_cepstrum, scale], 1)
    after.load_state_dict({**state, **known, "role": role, _HEAD: head})
    return after


def main() -> None:
    """Grow a file, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("before", help="weights of a reasoner without maps")
    parser.add_argument("grown", help="file that receives the weights of one with maps")
    options = parser.parse_args()
    torch.manual_seed(0)
    try:
        grown = grow(load_network(options.before, ReasonerNetwork))
    except ExpectedError as error:
        parser.error(str(error))
    sources = sorted(read_sources(options.before))
    record = {"grown_from": hash_weights(options.before), SOURCES: sources}
    save_network(grown, options.grown, record)


if __name__ == "__main__":
    main()
