import json
from pathlib import Path

import pytest

from rr_tasks.reasoner.annotation import annotations_folder
from rr_tasks.refresh.plan import Reason, RefreshPlan, find_reasons, plan_refresh, tabulate_plan
from rr_tasks.shards.reader import OtherDataSetError
from schemas.prior.current import CURRENT_VERSION
from schemas.shard import AnnotationSpec, migrate_spec
from tests.rr_tasks.refresh.conftest import Annotate, changed

WEIGHTS = Reason("reasoner", "edge bbbbbbbb", "edge aaaaaaaa")
PROMPT = Reason("prompt version", "2", "none")
SCHEMA = Reason("schema version", "1", str(CURRENT_VERSION))


def states(plan: RefreshPlan) -> list[str]:
    return [one.state for one in plan.shards]


def test_a_data_set_that_was_never_annotated_is_missing(
    dataset: str, tmp_path: Path, wanted: AnnotationSpec
) -> None:
    plan = plan_refresh(dataset, str(tmp_path / "none"), wanted, None)
    assert states(plan) == ["missing", "missing"]
    assert [one.samples for one in plan.pending] == [32, 16]
    assert (plan.old, plan.spec) == (None, wanted)
    assert not (tmp_path / "none").exists()


def test_what_is_current_stale_or_missing_is_told_shard_by_shard(
    dataset: str, tmp_path: Path, wanted: AnnotationSpec, annotate: Annotate
) -> None:
    current = annotate(tmp_path, 0, day=1)
    old = annotate(tmp_path, 0, day=2, weights_sha256="b" * 64)
    plan = plan_refresh(dataset, str(tmp_path), wanted, None)
    assert states(plan) == ["current", "missing"]
    annotate(tmp_path, 1, day=2, weights_sha256="b" * 64)
    plan = plan_refresh(dataset, str(tmp_path), wanted, None)
    assert states(plan) == ["current", "stale"]
    assert [one.shard for one in plan.pending] == [1]
    assert plan.pending[0].reasons == (WEIGHTS,)
    assert plan.folder == current
    assert plan.old is not None
    assert plan.old.folder == old


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ()),
        ({"weights_sha256": "b" * 64}, (WEIGHTS,)),
        ({"kind": "x"}, (Reason("reasoner", "x aaaaaaaa", WEIGHTS.new),)),
        ({"model": "x", "revision": "3"}, (Reason("reasoner", "edge x 3 aaaaaaaa", WEIGHTS.new),)),
        ({"algorithm": 0}, (Reason("algorithm", "not recorded", "1"),)),
        ({"decoding": {"top_p": 0.9}}, (Reason("decoding", "top_p 0.9", "none"),)),
        ({"libraries": {"vllm": "1"}}, (Reason("libraries", "vllm 1", "none"),)),
        ({"prompt_version": "2"}, (PROMPT,)),
        ({"schema_version": 1}, (SCHEMA,)),
        ({"weights_sha256": "b" * 64, "prompt_version": "2"}, (WEIGHTS, PROMPT)),
        ({"source": "0" * 16}, ()),
    ],
)
def test_each_reason_is_named(
    wanted: AnnotationSpec, changes: dict[str, object], expected: tuple[Reason, ...]
) -> None:
    old = changed(wanted, **changes)
    assert find_reasons(old, wanted) == expected
    assert [(one.new, one.old) for one in find_reasons(wanted, old)] == [
        (one.old, one.new) for one in expected
    ]


def test_priors_that_were_only_rewritten_stay_stale(wanted: AnnotationSpec) -> None:
    """What a newer schema asks of the reasoner is empty in them."""
    rewritten = migrate_spec(wanted.model_copy(update={"schema_version": 1}))
    (reason,) = find_reasons(rewritten, wanted)  # type: ignore[arg-type]
    assert reason == ("schema version", f"1, rewritten as {CURRENT_VERSION}", f"{CURRENT_VERSION}")


def test_annotations_of_earlier_releases_are_stale_and_compared_with(
    dataset: str, tmp_path: Path, wanted: AnnotationSpec, annotate: Annotate
) -> None:
    made = Path(annotate(tmp_path, 0, 1, algorithm=0))
    earlier = {
        "kind": "annotation",
        "source": wanted.source,
        "reasoner": "edge-reasoner",
        "weights_sha256": "a" * 64,
        "prompt_version": None,
        "schema_version": CURRENT_VERSION,
        "migrated_from": None,
    }
    (made / "spec.json").write_text(json.dumps(earlier))
    folder = str(made.rename(tmp_path / "annotations-0123456789abcdef"))
    plan = plan_refresh(dataset, str(tmp_path), wanted, None)
    assert [one.reasons for one in plan.shards] == [(Reason("algorithm", "not recorded", "1"),)] * 2
    assert plan.old is not None
    assert plan.old.folder == folder
    assert plan.folder == annotations_folder(str(tmp_path), wanted) != folder


def test_the_newest_older_annotations_are_compared_or_those_that_are_asked_for(
    dataset: str, tmp_path: Path, wanted: AnnotationSpec, annotate: Annotate
) -> None:
    first = annotate(tmp_path, 0, 1, day=1, weights_sha256="b" * 64)
    second = annotate(tmp_path, 0, day=2, prompt_version="2")
    annotate(tmp_path, weights_sha256="c" * 64)  # nothing finished
    plan = plan_refresh(dataset, str(tmp_path), wanted, None)
    assert plan.old is not None
    assert plan.old.folder == second
    assert [one.reasons for one in plan.shards] == [(PROMPT,), (WEIGHTS,)]
    chosen = plan_refresh(dataset, str(tmp_path), wanted, first).old
    assert chosen is not None
    assert chosen.folder == first
    elsewhere = plan_refresh(dataset, str(tmp_path / "none"), wanted, first)
    assert states(elsewhere) == ["stale", "stale"]


def test_current_annotations_are_not_compared_with_themselves(
    dataset: str, tmp_path: Path, wanted: AnnotationSpec, annotate: Annotate
) -> None:
    folder = annotate(tmp_path, 0)
    with pytest.raises(OtherDataSetError, match=f"^{folder}: these annotations are current"):
        plan_refresh(dataset, str(tmp_path), wanted, folder)


def test_annotations_from_before_the_data_set_was_rewritten_are_current(
    dataset: str, tmp_path: Path, wanted: AnnotationSpec, annotate: Annotate
) -> None:
    """`rr migrate` changes a data set's hash, not its photographs."""
    folder = annotate(tmp_path, 0, 1)
    asked = wanted.model_copy(update={"source": "0" * 16})
    plan = plan_refresh(dataset, str(tmp_path), asked, None)
    assert states(plan) == ["current", "current"]
    assert (plan.spec, plan.folder) == (wanted, folder)
    assert plan.folder == annotations_folder(str(tmp_path), wanted)


def test_the_table_adds_up_and_says_why(
    dataset: str, tmp_path: Path, wanted: AnnotationSpec, annotate: Annotate
) -> None:
    annotate(tmp_path, 0, 1, day=1, weights_sha256="b" * 64, prompt_version="2")
    annotate(tmp_path, 1, day=2, prompt_version="2")
    table = tabulate_plan(plan_refresh(dataset, str(tmp_path), wanted, None))
    assert table.rows() == [
        ("current", 0, 0, ""),
        ("stale", 2, 48, "made with something else:"),
        ("  because of reasoner", 1, 32, f"{WEIGHTS.old} -> {WEIGHTS.new}"),
        ("  because of prompt version", 2, 48, "2 -> none"),
        ("missing", 0, 0, ""),
    ]
