"""`rr align` on a small data set."""

import json
from pathlib import Path

from rr_tasks.weights.file import locate_shipped, read_record
from tests.commands import Rr, only_error

QUICK = ("--steps", 2, "--groups", 1, "--members", 2, "--crop-side", 64)


def test_a_restorer_learns_from_judgement_and_people_see_how(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    dataset = rr("synthesize", photographs, tmp_path, "--samples", 4).stdout.strip()
    annotations = rr("annotate", dataset).stdout.strip()
    run = tmp_path / "run"
    command = ("align", dataset, annotations, run, *QUICK, "--set", "rewards.local=0")
    shown = rr(*command).stdout
    weights, report = run / "edge-restorer.safetensors", run / "report.html"
    assert shown.startswith("The result is ")
    assert f"Weights          {weights}" in shown
    assert f"Report           {report}" in shown
    assert read_record(str(weights))["method"]["rewards"]["local"] == 0
    assert weights.read_bytes() != Path(locate_shipped("edge-restorer")).read_bytes()
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    learned = {name for row in rows for name in row}
    assert {"reward_total", "groups_spreadless", "clipped", "kl", "guard_psnr"} <= learned
    page = report.read_text()
    assert page.count("<svg") >= 4
    assert page.count("data:image/jpeg;base64,") == len(list((run / "samples").iterdir()))
    before = weights.stat().st_mtime_ns
    assert rr(*command).stdout == shown
    assert weights.stat().st_mtime_ns == before
    line = only_error(rr("align", dataset, annotations, run, "--steps", 1, code=1))
    assert "holds a training run with other settings" in line


def test_what_cannot_be_set_is_named(rr: Rr, dataset: str, tmp_path: Path) -> None:
    for setting, said in (
        ("rewards.beauty=1", "rewards.beauty: Extra inputs are not permitted"),
        ("times=[1,0.5]", "times must fall from 1 to 0"),
        ("steps", "--set takes NAME=VALUE"),
    ):
        refused = rr("align", dataset, dataset, tmp_path / "run", "--set", setting, code=2)
        assert said in " ".join(refused.stderr.split())
    line = only_error(rr("align", tmp_path, tmp_path, tmp_path / "run", code=1))
    assert line.startswith(f"{tmp_path}: no ")
    assert not (tmp_path / "run").exists()


def test_a_toy_needs_no_judge_that_is_fit(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    dataset = rr("synthesize", photographs, tmp_path, "--samples", 8).stdout.strip()
    annotations = rr("annotate", dataset).stdout.strip()
    toy = ("--tier", "tiny", "--restorer-setting", "steps=2", *QUICK, "--set", "rewards.local=0")
    rr("align", dataset, annotations, tmp_path / "run", *toy)
    assert (tmp_path / "run" / "pytorch_lora_weights.safetensors").exists()
