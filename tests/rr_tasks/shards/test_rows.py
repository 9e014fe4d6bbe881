from pathlib import Path

import polars as pl

from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.writer import write_shard
from schemas.shard import SampleRow


def test_rows_of_an_earlier_release_are_read(tmp_path: Path) -> None:
    failed = SampleRow(key="000000000", source="a.jpg", status="failed", error="not readable")
    write_shard(str(tmp_path), 0, "0" * 16, 2, [(failed, None)])
    sidecar = tmp_path / "00000.parquet"
    pl.read_parquet(sidecar).drop("answer").write_parquet(sidecar)
    assert shard_rows(str(tmp_path), 0) == [failed]
