from pathlib import Path

from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.weights.file import load_network, locate_shipped, read_record

MOST_BYTES = 30 * 10**6


def test_all_weights_together_are_small() -> None:
    folder = Path(locate_shipped("edge-judge")).parent
    assert sum(path.stat().st_size for path in folder.glob("*.safetensors")) < MOST_BYTES


def test_the_second_reasoner_is_another_one() -> None:
    files = [locate_shipped("edge-reasoner"), locate_shipped("edge-judge")]
    shapes = [load_network(file, ReasonerNetwork).shape for file in files]
    assert shapes[0].widths != shapes[1].widths
    assert shapes[0].maps
    assert not shapes[1].maps
    records = [read_record(file) for file in files]
    assert records[0]["shards"] != records[1]["shards"]
    assert records[0]["settings"]["seed"] != records[1]["settings"]["seed"]
