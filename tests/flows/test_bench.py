import re
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from flows import bench, cli
from flows.console import console
from rr_tasks.benchmarks import diagnosis, network
from rr_tasks.benchmarks.diagnosis import DiagnosisSpeed
from rr_tasks.benchmarks.loading import LoadingSpeed
from rr_tasks.benchmarks.network import NetworkSpeed, Peaks
from rr_tasks.benchmarks.operations import Spent
from rr_tasks.benchmarks.restoration import SETTINGS, RestorationSpeeds
from rr_tasks.benchmarks.speed import Speed
from rr_tasks.benchmarks.synthesis import SynthesisSpeed

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
    assert "loader alone: 400 examples/s over 4,000 examples" in result.output
    assert "40.0 examples/s (0.20 s a step)" in result.output
    assert "10.0 times as fast (aim: at least 5)" in result.output
    assert "900 MiB after the first quarter, 903 MiB after the last" in result.output


def test_shards_need_their_annotations() -> None:
    result = CliRunner().invoke(cli.app, ["bench", "loader", "data"])
    assert result.exit_code == 2
    assert "name the annotations of the data set too" in result.output


def test_synthesis_is_shown_by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(measure: object, *arguments: Any) -> object:
        if measure is bench.measure_degradation:
            return 49.0
        if measure is bench.measure_synthesis:
            return SynthesisSpeed(samples=arguments[1], whole_seconds=4.0, encoding_seconds=2.0)
        workers = arguments[2]
        return Speed(workers, 96 * workers, 3.0, 300.0, 301.0 + workers, digests[workers])

    digests: dict[int, tuple[str, ...]] = {1: ("a",), 2: ("a",)}
    monkeypatch.setattr(bench, "_measure_apart", measured)
    monkeypatch.setattr(bench, "default_workers", lambda: 3)

    def shown() -> str:
        result = CliRunner().invoke(cli.app, ["bench", "synthesize"])
        assert result.exit_code == 0, result.output
        return result.output

    sentences = " ".join(shown().split())
    assert "without encoding: 49.0 images/s (aim: at least 4)" in sentences
    assert "32.0 samples/s, 2.00 times the time of encoding" in sentences
    two = next(line for line in shown().splitlines() if " 64.0 " in line)
    assert two.split() == ["2", "64.0", "2.00", "300", "303"]
    assert "the same bytes with any number of workers: yes" in shown()
    digests[2] = ("b",)
    assert "the same bytes with any number of workers: NO" in shown()


def test_diagnosis_is_shown_beside_restoration(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def measured(photographs: str, count: int) -> DiagnosisSpeed:
        asked.append((photographs, count))
        return DiagnosisSpeed(count, diagnosis_seconds=0.0125, restoration_seconds=0.2)

    monkeypatch.setattr(diagnosis, "measure_diagnosis", measured)
    result = CliRunner().invoke(cli.app, ["bench", "diagnose", "photographs", "--count", "7"])
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    assert "diagnosis 12.5 ms, restoration 200.0 ms; the diagnosis takes 6.2% of that" in shown
    assert asked == [("photographs", 7)]


def test_what_the_network_spends_is_shown_beside_what_one_core_can_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spent = [
        Spent("1x1 convolutions", 0.1, 15e9, 400e6),
        Spent("norms", 0.02, 0.0, 200e6),
    ]
    speed = NetworkSpeed(512, 0.3, 0.2, 52.13, spent, Peaks(200e9, 20e9))
    monkeypatch.setattr(network, "measure_network", lambda *_: speed)
    result = CliRunner().invoke(
        cli.app, ["bench", "network", "photographs"], env={"COLUMNS": "200"}
    )
    assert result.exit_code == 0, result.output
    sentences = " ".join(result.output.split())
    assert "as trained 300 ms, fused 200 ms, 1.50 times as fast" in sentences
    assert "the results agree to 52.1 dB" in sentences
    assert "200 GFLOP/s in matrix products, 20 GB/s copied in memory" in sentences
    shown = next(line for line in result.output.splitlines() if "1x1" in line)
    assert shown.split() == ["1x1", "convolutions", "100.0", "15.00", "400", "150", "75%", "4"]


def test_restoration_is_shown_in_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    speeds = [
        Speed(1 + number, 10.0, (20.0, 10.0, 16.0)[number], 400.0, 410.0, ("a",))
        for number in range(len(SETTINGS))
    ]
    measured = RestorationSpeeds(speeds, models_per_second=0.625, judging_share=0.031)
    monkeypatch.setattr(bench, "measure_restoration", lambda *_: measured)
    monkeypatch.setattr(console, "_width", 200)  # whatever it was when the console was made

    def shown() -> str:
        result = CliRunner().invoke(cli.app, ["bench", "restore"])
        assert result.exit_code == 0, result.output
        return result.output

    assert "judging restorations takes 3.1% of the restorer's time" in shown()
    rows = [re.split(r"\s{2,}", line.strip()) for line in shown().splitlines()]
    assert [row for row in rows if row[0] in {setting.name for setting in SETTINGS}] == [
        ["one core", "1", "0.500", "1.00", "400", "410"],
        ["all cores", "2", "1.000", "2.00", "400", "410"],
        ["all cores, beside a busy process", "3", "0.625", "1.25", "400", "410"],
    ]
    assert "on one core: 0.625 MP/s; from end to end 80.0% of that" in shown()
    assert "aims on two cores: at least 1.85 times one core" in shown()
    assert "the same bytes in every setting: yes" in shown()
    speeds[1] = replace(speeds[1], sha256=("b",))
    assert "the same bytes in every setting: NO" in shown()
