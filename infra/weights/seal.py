"""Seals weights files of earlier releases, so that damage to them is noticed on loading.

    python infra/weights/seal.py weights.safetensors [...]

Only the metadata change. Their hash changes with that, so archives and annotations that were made
with the file before count as made with other weights.
"""

import argparse

from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.weights.file import read_record, seal_file
from rr_tasks.weights.network import StoredNetwork

_KINDS: dict[str, type[StoredNetwork]] = {
    kind.name: kind for kind in (ReasonerNetwork, RestorerNetwork)
}


def main() -> None:
    """Seal the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", nargs="+")
    for url in parser.parse_args().weights:
        seal_file(url, _KINDS[read_record(url)["network"]])


if __name__ == "__main__":
    main()
