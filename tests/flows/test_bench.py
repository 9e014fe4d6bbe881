import pytest
from typer.testing import CliRunner

from flows import bench, cli
from rr_tasks.benchmarks.loading import LoadingSpeed

SPEED = LoadingSpeed(
    loaded=4000, loading_seconds=10.0, first_peak_mib=900.0, last_peak_mib=903.0, step_seconds=0.2
)


def test_the_loader_is_shown_beside_the_training_step(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def measure(*arguments: object) -> LoadingSpeed:
        asked.append(arguments)
        return SPEED

    monkeypatch.setattr(bench, "measure_loading", measure)
    result = CliRunner().invoke(
        cli.app, ["bench", "loader", "s3://a", "s3://b", "--batches", "8"], env={"COLUMNS": "200"}
    )
    assert result.exit_code == 0, result.output
    assert asked == [("s3://a", "s3://b", 8)]
    assert "loader alone: 400 examples/s over 4000 examples" in result.output
    assert "40.0 examples/s (0.20 s a step)" in result.output
    assert "10.0 times as fast (aim: at least 5)" in result.output
    assert "900 MiB after the first quarter, 903 MiB after the last" in result.output


def test_shards_need_their_annotations() -> None:
    result = CliRunner().invoke(cli.app, ["bench", "loader", "data"])
    assert result.exit_code == 2
    assert "name the annotations of the data set too" in result.output
