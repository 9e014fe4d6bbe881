from pathlib import Path

from rr_tasks.evaluation.diagnosis.observation import observe_pairs
from rr_tasks.ingest.shard import ingest_shard, plan_ingest
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.shards.spec import open_dataset
from tests.pairs import lay_out


def test_of_each_pair_both_photographs_are_observed(
    photographs: Path, tmp_path: Path, reasoner_network
) -> None:
    source = str(tmp_path / "pairs")
    lay_out(source, "reside", photographs)
    spec, listed = plan_ingest(source, "reside", 4)
    folder = open_dataset(str(tmp_path), spec, listed)
    ingest_shard(folder, spec, source, 0)
    reasoner = EdgeReasoner(reasoner_network(0), "0" * 64)
    rows = list(observe_pairs(folder, 0, reasoner))
    assert [row["combination"] for row in rows] == ["haze", "clean"] * 4
    assert len({row["photograph"] for row in rows}) == 4
    for hazy, clean in zip(rows[::2], rows[1::2], strict=True):
        assert hazy["photograph"] == clean["photograph"]
        assert hazy["true_haze"] > 0 == clean["true_haze"]
        assert 0 <= clean["probability_rain"] <= 1
