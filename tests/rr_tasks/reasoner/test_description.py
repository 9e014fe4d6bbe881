from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.reasoner.annotation import check_belongs, read_annotation_spec
from rr_tasks.reasoner.description import describe_shard, merge_scene, plan_description
from rr_tasks.reasoner.remote.model import RemoteModel
from rr_tasks.reasoner.spending import add_up
from rr_tasks.shards.reader import OtherDataSetError
from rr_tasks.shards.spec import open_folder, read_spec
from schemas.prior.claims import find_contradiction
from schemas.prior.current import DiagnosticPrior, Scene
from schemas.prior.migrations import load_prior
from schemas.prior.prompt import is_scene_seen
from schemas.remote import RemoteReasonerChoice
from schemas.usage import Prices
from tests.openai_server import Served, serving
from tests.rows import read_rows
from tests.samples import all_samples

SCENE = '{"description": "A harbour.", "objects": ["boat", "crane"]}'


@pytest.fixture
def server() -> Iterator[Served]:
    with serving(lambda *_: SCENE) as served:
        yield served


@pytest.fixture
def teacher(server: Served, tmp_path: Path) -> Callable[[], RemoteModel]:
    def load() -> RemoteModel:
        prices = Prices(prompt=1.0, completion=1.0)
        cache = str(tmp_path / "replies")
        return RemoteModel(
            RemoteReasonerChoice(url=server.url, model="toy", cache=cache, prices=prices)
        )

    return load


def describe(dataset: str, root: Path, teacher: RemoteModel) -> str:
    spec = plan_description(dataset, teacher)
    folder = open_folder(str(root), spec)
    for shard in (0, 1):
        describe_shard(dataset, folder, spec, teacher, shard)
    return folder


def test_the_truth_keeps_its_physics_and_gets_the_scene(
    dataset: str, tmp_path: Path, teacher: Callable[[], RemoteModel]
) -> None:
    folder = describe(dataset, tmp_path, teacher())
    described, known = all_samples(folder), all_samples(dataset)
    assert described.keys() == known.keys()
    for key, files in described.items():
        found, truth = (load_prior(one["prior.json"]) for one in (files, known[key]))
        assert found.findings == truth.findings
        assert found.order == truth.order
        assert found.scene == Scene(description="A harbour.", objects=("boat", "crane"))
        assert found.provenance.source == truth.provenance.source == "synthesis"
        assert found.provenance.author == f"{truth.provenance.author}, scene by remote toy"
        assert is_scene_seen(found)
        assert not is_scene_seen(truth)
        assert find_contradiction(found.reasoning, truth.findings) is None
    assert len({load_prior(one["prior.json"]).reasoning for one in described.values()}) > 10


def test_the_clean_photograph_is_shown(
    dataset: str, server: Served, tmp_path: Path, teacher: Callable[[], RemoteModel]
) -> None:
    import base64

    describe(dataset, tmp_path, teacher())
    shown = {
        one["messages"][0]["content"][0]["image_url"]["url"] for one in server.about_photographs
    }
    clean = {
        f"data:image/png;base64,{base64.b64encode(one['clean.png']).decode()}"
        for one in all_samples(dataset).values()
    }
    assert shown == clean


def test_a_restart_pays_nothing_twice_and_writes_the_same_bytes(
    dataset: str, server: Served, tmp_path: Path, teacher: Callable[[], RemoteModel]
) -> None:
    first = Path(describe(dataset, tmp_path / "first", teacher()))
    paid = len(server.asked)
    second = Path(describe(dataset, tmp_path / "second", teacher()))
    assert len(server.asked) == paid
    for name in ("00000.tar", "00000.parquet", "00001.tar"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_what_it_costs_is_in_the_rows_and_in_their_sum(
    dataset: str, tmp_path: Path, teacher: Callable[[], RemoteModel]
) -> None:
    folder = describe(dataset, tmp_path, teacher())
    rows = read_rows(folder)
    assert set(rows["prompt_tokens"]) == {100}
    spent = add_up(folder)
    assert (spent.answers, spent.failed, spent.prompt_tokens) == (48, 0, 4800)
    assert spent.completion_tokens == 48 * len(SCENE)
    assert spent.cost == pytest.approx(48 * (100 + len(SCENE)) / 1e6)


def test_a_photograph_that_is_not_described_is_a_row_with_the_answer(
    dataset: str, server: Served, tmp_path: Path, teacher: Callable[[], RemoteModel]
) -> None:
    server.write = lambda *_: "I see a boat."
    folder = describe(dataset, tmp_path, teacher())
    rows = read_rows(folder)
    assert set(rows["status"]) == {"failed"}
    assert set(rows["error"]) == {"no JSON object"}
    assert set(rows["answer"]) == {"I see a boat."}
    assert add_up(folder).failed == 48


def test_the_folder_belongs_to_the_data_set_and_is_no_annotation(
    dataset: str, tmp_path: Path, teacher: Callable[[], RemoteModel]
) -> None:
    folder = describe(dataset, tmp_path, teacher())
    assert Path(folder).name.startswith("described-")
    assert read_spec(folder) == plan_description(dataset, teacher())
    check_belongs(folder, dataset)
    with pytest.raises(OtherDataSetError, match="not written by `rr annotate`"):
        read_annotation_spec(folder)


@given(st.from_type(DiagnosticPrior), st.text(max_size=8))
def test_a_merged_truth_is_a_valid_prior(truth: DiagnosticPrior, key: str) -> None:
    merged = merge_scene(truth, Scene(description="A harbour."), "teacher", key)
    assert load_prior(merged.model_dump_json()) == merged
