from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.export.features import describe_type, list_columns
from schemas.prior.current import DiagnosticPrior


def test_types_are_those_that_datasets_knows() -> None:
    import datasets

    for annotated in (False, True):
        known = datasets.Features._from_yaml_list(list_columns(annotated=annotated))
        assert ("annotation.json" in known) == annotated
        assert known["clean.png"] == datasets.Image()
        assert known["prior.json"]["order"] == datasets.List(datasets.Value("string"))
        light = known["prior.json"]["haze"]["parameters"]["atmospheric_light"]
        assert light == datasets.List(datasets.Value("float64"))


@given(st.from_type(DiagnosticPrior))
def test_every_prior_goes_through_them_unchanged(prior: DiagnosticPrior) -> None:
    import datasets
    import pyarrow as pa

    (known,) = datasets.Features._from_yaml_list(
        [{"name": "prior", **describe_type(DiagnosticPrior)}]
    ).arrow_schema
    document = prior.model_dump(mode="json")
    assert pa.array([document], known.type).to_pylist() == [document]
