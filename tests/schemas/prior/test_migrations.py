import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rr_tasks.priors import without_maps
from schemas.errors import ExpectedError
from schemas.prior.current import CURRENT_VERSION, DEGRADATIONS, DiagnosticPrior
from schemas.prior.migrations import MIGRATIONS, UnknownPriorVersionError, load_prior, migrate
from schemas.prior.v1 import DiagnosticPriorV1
from schemas.prior.v2 import DiagnosticPriorV2
from schemas.prior.vector import FIELDS, to_vector
from schemas.publish import PUBLISHED
from tests.versions import as_version_1, as_version_2


def rename_fog(document: dict[str, Any]) -> dict[str, Any]:
    document["haze"] = document.pop("fog")
    return document


def grade_haze(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "haze": {"severity": document["haze"], "steps": ["graded"]}}


TABLE: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {0: rename_fog, 1: grade_haze}


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


def by(source: str, prior: DiagnosticPrior) -> DiagnosticPrior:
    author = prior.provenance.model_copy(update={"source": source})
    return prior.model_copy(update={"provenance": author})


sources = st.sampled_from(["synthesis", "teacher", "reasoner"])


@given(st.from_type(DiagnosticPrior), sources)
def test_version_1_keeps_every_field_on_its_way_to_the_current_version(
    prior: DiagnosticPrior, source: str
) -> None:
    old = as_version_1(by(source, prior))
    text = DiagnosticPriorV1.model_validate_json(json.dumps(old)).model_dump_json()
    new = load_prior(text)
    assert as_version_1(new) == old
    certain = prior.model_copy(
        update={
            name: getattr(prior, name).model_copy(update={"probability": None})
            for name in DEGRADATIONS
        }
    )
    assert to_vector(new) == [
        0.0 if field.endswith(".coded") else entry
        for field, entry in zip(FIELDS, to_vector(certain), strict=True)
    ]
    assert load_prior(new.model_dump_json()) == new


@given(st.from_type(DiagnosticPrior), sources)
def test_only_synthesis_knows_its_findings_exactly(prior: DiagnosticPrior, source: str) -> None:
    new = load_prior(json.dumps(as_version_1(by(source, prior))))
    for name in DEGRADATIONS:
        finding = getattr(new, name)
        known = (float(finding.present), 0.0) if source == "synthesis" else (None, None)
        assert (finding.probability, finding.severity_std) == known


@given(st.from_type(DiagnosticPrior))
def test_version_2_becomes_linear_and_without_maps(prior: DiagnosticPrior) -> None:
    old = as_version_2(prior)
    new = load_prior(DiagnosticPriorV2.model_validate_json(json.dumps(old)).model_dump_json())
    assert as_version_2(new) == old
    assert new == without_maps(new)
    lights = {finding.parameters.light for finding in new.present().values()}
    assert lights <= {"linear"}
    assert load_prior(new.model_dump_json()) == new


@pytest.mark.parametrize(("version", "as_version"), [(1, as_version_1), (2, as_version_2)])
def test_the_published_schema_of_an_older_version_still_describes_its_documents(
    prior: DiagnosticPrior, version: int, as_version: Callable[[DiagnosticPrior], dict[str, Any]]
) -> None:
    schema = json.loads((PUBLISHED / f"prior-v{version}.json").read_text())
    jsonschema.validate(as_version(prior), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**prior.model_dump(mode="json"), "schema_version": version}, schema)


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
