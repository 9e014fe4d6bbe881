import importlib
from argparse import Namespace
from pathlib import Path
from types import ModuleType

import pytest

from schemas.network import RestorerShape
from tests.annotating import annotate_all
from tests.reasoners import RuleReasoner

FOLDER = Path(__file__).parents[4] / "infra" / "studies" / "restorer"
TINY = RestorerShape(width=4, encoder=(1,), middle=1, decoder=(1,), embedding=4, guides=True)


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch, dataset: str) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    module = importlib.import_module("prior")
    monkeypatch.setattr(importlib.import_module("arms"), "SHAPE", TINY)
    monkeypatch.setattr(module, "make_evaluation_set", lambda *_: dataset)
    monkeypatch.setattr(module, "load_reasoner", lambda _: RuleReasoner())
    return module


def test_each_arm_gets_all_priors_that_it_can_tell_apart(
    study: ModuleType, dataset: str, tmp_path: Path
) -> None:
    annotations = annotate_all(dataset, str(tmp_path), RuleReasoner())
    options = Namespace(
        shards=dataset,
        annotations=annotations,
        heldout="",
        output=str(tmp_path / "out"),
        reasoner=None,
        recipes=["benchmark"],
        steps=1,
        seeds=2,
    )
    first, both = study.run_study(options)
    assert first.select("recipe", "reads", "priors").equals(
        both.select("recipe", "reads", "priors")
    )
    told = {arm: set(rows["priors"]) for (arm,), rows in both.group_by("reads")}
    assert told["nothing"] == {"none"}
    assert told["vector"] == {"none", "shuffled", "predicted", "true"}
    less = {f"{source}, without maps" for source in ("shuffled", "predicted", "true")}
    assert told["guides"] == told["vector"] | less
    assert both.filter(reads="nothing")["over_baseline"].to_list() == [0.0]
    (again, _) = study.run_study(options)
    assert again.equals(first)


def test_no_judge_hides_what_a_wrong_diagnosis_spoils(study: ModuleType) -> None:
    assert not any(setting.verify for setting in study._settings_for("guides"))
