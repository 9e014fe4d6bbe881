import importlib
import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from rr_tasks.alignment import run
from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.shards.spec import open_dataset
from rr_tasks.weights.file import hash_weights, read_record, save_network
from schemas.recipe import DegradationRecipe
from tests.annotating import annotate_all
from tests.reasoners import RuleReasoner

FOLDER = Path(__file__).parents[4] / "infra" / "studies" / "restorer"
MakeNetwork = Callable[..., RestorerNetwork]
TOY = {"groups": 2, "members": 2, "crop_side": 32, "examine_every": 2, "least_soundness": -1}


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("alignment")


@pytest.fixture(scope="module")
def heldout(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An evaluation set of six samples."""
    recipe = DegradationRecipe(name="small", size=64, sampling="grid", types=("haze",))
    spec, urls = plan_synthesis(str(photographs), recipe, 7, None, 32)
    folder = open_dataset(str(tmp_path_factory.mktemp("heldout")), spec, urls)
    synthesize_shard(folder, spec, str(photographs), 0)
    return folder


@pytest.fixture
def options(dataset: str, heldout: str, tmp_path: Path, restorer_network: MakeNetwork) -> Namespace:
    reasoner = RuleReasoner()
    annotations = annotate_all(dataset, str(tmp_path), reasoner)
    start = str(tmp_path / "start.safetensors")
    save_network(restorer_network(0.01), start, {})
    return Namespace(
        shards=dataset,
        annotations=annotations,
        heldout=heldout,
        output=str(tmp_path / "out"),
        restorer=start,
        reasoner=None,
        judge=None,
        arms=["grpo", "nft", "supervised"],
        seeds=[0],
        seconds=1e-6,  # which is a single step
        aligned={**TOY, "rewards": {"local": 0.0, "naturalness": 0.0}},
        supervised={"batch_size": 2, "crop_side": 32},
        recipes=["benchmark"],
    )


def test_all_arms_start_alike_and_are_judged_by_another(
    study: ModuleType, options: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pacing = importlib.import_module("pacing")
    monkeypatch.setattr(pacing, "TRIAL_STEPS", {"grpo": 2, "nft": 2, "supervised": 51})
    monkeypatch.setattr(study, "make_evaluation_set", lambda heldout, *_: heldout)
    judge = RuleReasoner()
    for module in (study, run):
        monkeypatch.setattr(module, "load_reasoner", lambda _: judge)
    (rows,) = study.Study(options).run()
    assert [row["restorer"] for row in rows] == ["before", "grpo", "nft", "supervised"]
    assert all(row["minutes"] > 0 for row in rows[1:])
    out = Path(options.output)
    started = hash_weights(options.restorer)
    for arm, name in (("grpo-0", "start"), ("nft-0", "start"), ("supervised-0", "start_sha256")):
        record = read_record(str(out / arm / "edge-restorer.safetensors"))
        assert record[name] == started
    assert json.loads((out / "grpo-0" / "seconds.json").read_text())["steps"] == 1
    made = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    assert repr(next(study.Study(options).run())) == repr(rows)  # some figures are NaN
    assert {path: path.stat().st_mtime_ns for path in made} == made
