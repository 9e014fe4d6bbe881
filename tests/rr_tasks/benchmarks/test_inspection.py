from pathlib import Path

from rr_tasks.benchmarks.inspection import make_sidecars, measure_inspection
from rr_tasks.inspection.survey import inspect


def test_made_up_sidecars_are_surveyed(tmp_path: Path) -> None:
    make_sidecars(str(tmp_path), 1000, 300)
    speed = measure_inspection(str(tmp_path))
    assert (speed.rows, speed.shards) == (1000, 4)
    assert speed.seconds > 0
    found = inspect(str(tmp_path))
    assert found.samples + found.failures == 1000
    assert found.failure_reasons == {"not a readable image": found.failures}
    assert found.samples == sum(found.mixtures.values())
    assert len(found.mixtures) == 16
