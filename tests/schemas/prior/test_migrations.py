import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.errors import ExpectedError
from schemas.prior.current import CURRENT_VERSION, DiagnosticPrior
from schemas.prior.migrations import MIGRATIONS, UnknownPriorVersionError, load_prior, migrate


def rename_fog(document: dict[str, Any]) -> dict[str, Any]:
    document["haze"] = document.pop("fog")
    return document


def grade_haze(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "haze": {"severity": document["haze"], "steps": ["graded"]}}


TABLE = {0: rename_fog, 1: grade_haze}


def test_an_old_document_comes_to_the_current_version_step_by_step() -> None:
    old = {"schema_version": 0, "fog": 40}
    assert migrate(old, TABLE, 1) == {"schema_version": 1, "haze": 40}
    assert migrate(old, TABLE, 2) == {
        "schema_version": 2,
        "haze": {"severity": 40, "steps": ["graded"]},
    }


def test_the_given_document_is_left_as_it_is() -> None:
    old = {"schema_version": 0, "fog": {"depth": [1, 2]}}
    before = json.dumps(old)
    new = migrate(old, TABLE, 1)
    new["haze"]["depth"].append(3)
    assert json.dumps(old) == before


def test_a_current_document_is_not_changed() -> None:
    assert migrate({"schema_version": 2, "haze": 1}, TABLE, 2) == {"schema_version": 2, "haze": 1}


def test_a_newer_version_is_named_beside_the_newest_known() -> None:
    with pytest.raises(UnknownPriorVersionError, match=r"schema_version 7 .* versions up to 2"):
        migrate({"schema_version": 7}, TABLE, 2)


@pytest.mark.parametrize("version", ["1", 1.0, None, True])
def test_a_version_is_a_whole_number(version: object) -> None:
    with pytest.raises(UnknownPriorVersionError, match=f"schema_version {version!r}"):
        migrate({"schema_version": version}, TABLE, 2)


def test_a_document_without_a_version_is_refused() -> None:
    with pytest.raises(UnknownPriorVersionError, match="schema_version None"):
        migrate({"fog": 1}, TABLE, 2)


def test_a_gap_between_migrations_is_named() -> None:
    with pytest.raises(UnknownPriorVersionError, match=r"no migration leads .* version 1 to 2"):
        migrate({"schema_version": 0, "fog": 1}, {0: rename_fog}, 2)


def test_every_version_before_the_current_has_its_migration() -> None:
    assert sorted(MIGRATIONS) == list(range(1, CURRENT_VERSION))


@given(st.from_type(DiagnosticPrior))
def test_a_prior_loads_as_it_was_written(prior: DiagnosticPrior) -> None:
    assert load_prior(prior.model_dump_json()) == prior
    assert load_prior(prior.model_dump_json().encode()) == prior


def test_a_user_is_told_what_is_wrong_with_a_file(prior: DiagnosticPrior) -> None:
    document = prior.model_dump(mode="json")
    with pytest.raises(ExpectedError, match=f"up to {CURRENT_VERSION}; upgrade"):
        load_prior(json.dumps({**document, "schema_version": CURRENT_VERSION + 1}))
    with pytest.raises(UnknownPriorVersionError, match="JSON object"):
        load_prior("[]")
    with pytest.raises(ValidationError, match="haze"):
        load_prior(json.dumps({**document, "haze": None}))
    with pytest.raises(ValidationError, match="beta"):
        load_prior(prior.model_dump_json().replace('"beta":0.9', '"beta":NaN'))
