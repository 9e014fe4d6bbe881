import json
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tasks.priors import without_maps
from rr_tasks.refresh.comparison import (
    COLUMNS,
    compare,
    compare_shard,
    comparison_folder,
)
from rr_tasks.storage.tables import read_tables
from schemas.prior.current import DEGRADATIONS, Blur, DiagnosticPrior
from schemas.prior.migrations import UnknownPriorVersionError
from schemas.shard import AnnotationSpec
from tests.rr_tasks.refresh.conftest import Annotate
from tests.s3 import S3
from tests.versions import as_version_1

priors = st.from_type(DiagnosticPrior)


def only(old: DiagnosticPrior, new: DiagnosticPrior) -> dict[str, object]:
    return compare({"k": old}, {"k": new}).row(0, named=True)


@settings(max_examples=30)
@given(priors, priors)
def test_a_comparison_exchanged_is_the_same_with_its_sides_exchanged(
    old: DiagnosticPrior, new: DiagnosticPrior
) -> None:
    there, back = only(old, new), only(new, old)
    for name in DEGRADATIONS:
        assert there[f"old_{name}"] == back[f"new_{name}"] == getattr(old, name).severity
    for kind in ("equal", "maps_only", "order_changed", "reordered"):
        assert there[kind] == back[kind]
    assert only(old, old)["equal"]


def test_who_wrote_a_prior_makes_no_difference_and_every_word_does(prior: DiagnosticPrior) -> None:
    author = prior.provenance.model_copy(update={"author": "another", "prompt_version": "9"})
    assert only(prior, prior.model_copy(update={"provenance": author}))["equal"]
    changed = only(prior, prior.model_copy(update={"reasoning": prior.reasoning + " "}))
    assert not changed["equal"]
    assert not changed["maps_only"]
    assert not changed["order_changed"]


@given(priors)
def test_a_difference_in_maps_alone_is_counted_on_its_own(prior: DiagnosticPrior) -> None:
    row = only(prior, without_maps(prior))
    assert row["equal"] == (prior == without_maps(prior))
    assert row["maps_only"] == (not row["equal"])


def test_an_order_changes_with_what_is_found_and_is_reordered_among_the_rest(
    prior: DiagnosticPrior,
) -> None:
    assert prior.order == ("noise", "blur", "rain", "haze")
    sharp = {"blur": Blur(present=False, severity=0.0)}
    fewer = prior.model_copy(update=sharp | {"order": ("noise", "rain", "haze")})
    other = prior.model_copy(update=sharp | {"order": ("rain", "noise", "haze")})
    for new, reordered in ((fewer, False), (other, True)):
        row = only(prior, new)
        assert (row["order_changed"], row["reordered"]) == (True, reordered)
        assert (row["old_blur"], row["new_blur"]) == (30.0, 0.0)


def test_what_one_side_lacks_is_empty(prior: DiagnosticPrior) -> None:
    rows = compare({"b": prior}, {"a": prior})
    assert rows["key"].to_list() == ["a", "b"]
    assert rows["equal"].to_list() == [None, None]
    assert rows["old_haze"].to_list() == [None, 40.0]
    assert rows.schema == pl.Schema(COLUMNS)


@pytest.mark.parametrize("place", ["local", "s3"])
def test_a_shard_is_compared_once_across_schema_versions(
    place: str,
    annotate: Annotate,
    prior: DiagnosticPrior,
    wanted: AnnotationSpec,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    s3: S3 | None = request.getfixturevalue("s3") if place == "s3" else None
    root = s3.url if s3 else str(tmp_path)
    first = json.dumps(as_version_1(prior))
    old, new = annotate(root, 0, text=first, schema_version=1), annotate(root, 0)
    folder = comparison_folder(root, wanted.model_copy(update={"schema_version": 1}), wanted)
    url = compare_shard(old, new, folder, 0)
    (rows,) = read_tables([url])
    assert rows["equal"].to_list() == [True]  # the new one tells no probabilities either
    assert compare_shard("none", "none", folder, 0) == url  # nothing is read again


def test_a_prior_that_cannot_be_read_is_named(annotate: Annotate, tmp_path: Path) -> None:
    good, bad = annotate(tmp_path, 0), annotate(tmp_path, 0, text="{}", prompt_version="1")
    words = f"^{re.escape(bad)}/00000.tar: sample 000000000: schema_version None"
    with pytest.raises(UnknownPriorVersionError, match=words):
        compare_shard(bad, good, str(tmp_path / "c"), 0)
    assert not (tmp_path / "c").exists()
