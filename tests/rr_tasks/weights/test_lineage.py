from pathlib import Path

import pytest

from rr_tasks.weights.file import locate_shipped, save_network
from rr_tasks.weights.lineage import list_sources, read_sources

REASONER_V1 = {"edge-default", "edge-v2", "edge-default-all-sizes", "edge-v2-all-sizes"}


@pytest.mark.parametrize(
    ("folder", "sources"),
    [
        ("reasoner-v1-f7d9bb42fb7b91d2", REASONER_V1),
        ("edge-v2-f7d9bb42fb7b91d2", {"edge-v2"}),
        ("my-own-f7d9bb42fb7b91d2", {"my-own"}),
        ("reside-f7d9bb42fb7b91d2", {"reside"}),
        ("pairs-f7d9bb42fb7b91d2", {"pairs-f7d9bb42fb7b91d2"}),
        ("renamed", {"renamed"}),
    ],
)
def test_the_sources_of_a_data_set_follow_from_its_name(folder: str, sources: set[str]) -> None:
    assert list_sources(folder) == sources


def test_weights_name_their_sources(reasoner_network, tmp_path: Path) -> None:
    path = str(tmp_path / "a.safetensors")
    save_network(reasoner_network(0), path, {"sources": ["b", "a"], "shards": "c"})
    assert read_sources(path) == {"a", "b"}
    save_network(reasoner_network(0), path, {"shards": "reasoner-v1-f7d9bb42fb7b91d2"})
    assert read_sources(path) == REASONER_V1
    save_network(reasoner_network(0), path, {})
    assert read_sources(path) == set()


def test_the_shipped_reasoner_names_its_sources() -> None:
    assert "edge-default" in read_sources(locate_shipped("edge-reasoner"))
