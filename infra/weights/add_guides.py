"""Let the restorer of an earlier release read guides, for a longer training.

    git show aff3c38:rr_tasks/weights/edge-restorer.safetensors > before.safetensors
    python infra/weights/add_guides.py before.safetensors grown.safetensors

What reads and applies the guides is new and zero, so the weights restore as before until they are
trained.
"""

import argparse

from rr_tasks.restorer.network import RestorerNetwork, add_guides
from rr_tasks.weights.file import hash_weights, load_network, save_network
from rr_tasks.weights.lineage import SOURCES, read_sources
from schemas.errors import ExpectedError


def main() -> None:
    """Grow a file, as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("before", help="weights of a restorer without guides")
    parser.add_argument("grown", help="file that receives the weights of one with guides")
    options = parser.parse_args()
    try:
        grown = add_guides(load_network(options.before, RestorerNetwork))
        sources = sorted(read_sources(options.before))
        record = {"grown_from": hash_weights(options.before), SOURCES: sources}
        save_network(grown, options.grown, record)
    except ExpectedError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
