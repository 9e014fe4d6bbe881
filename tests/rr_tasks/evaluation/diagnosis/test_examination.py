import json
from pathlib import Path

import pytest

from rr_tasks.evaluation.diagnosis.examination import examine, summarize
from rr_tasks.evaluation.diagnosis.tasks import train_language_task
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.prior.current import DEGRADATIONS
from tests.reasoners import RuleReasoner


def test_it_measures_as_many_samples_as_asked_for(dataset: str) -> None:
    reasoner = RuleReasoner()
    figures = examine(reasoner, dataset, 12)
    assert reasoner.batches == [5, 5, 2]
    assert list(figures["type"]) == list(DEGRADATIONS)
    assert set((figures["samples"] + figures["undiagnosed"]).to_list()) == {12}
    everything = examine(reasoner, dataset, 1000)
    assert set((everything["samples"] + everything["undiagnosed"]).to_list()) == {48}
    summary = summarize(everything)
    assert summary["undiagnosed"] > 0
    assert summary["balanced_accuracy"] == pytest.approx(everything["balanced_accuracy"].mean())


def test_a_model_is_measured_while_it_learns(
    dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rr_tasks.reasoner.qwen.model.MOST_TOKENS", 8)
    parameters = TrainLanguageParameters(
        shards=dataset,
        output=str(tmp_path),
        learn="full",
        steps=2,
        batch_size=2,
        accumulate=1,
        validation=dataset,
        validate_samples=2,
    )
    train_language_task(parameters)
    (line,) = (tmp_path / "validation.jsonl").read_text().splitlines()
    assert json.loads(line)["undiagnosed"] == 2
