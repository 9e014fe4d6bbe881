import pytest
from pydantic import BaseModel, ValidationError

from schemas.archive import RestoreParameters
from schemas.parameters.annotation import AnnotateParameters
from schemas.reasoner import EdgeReasonerChoice, QwenReasonerChoice, ReasonerIdentity


def identity(**deciding: object) -> ReasonerIdentity:
    return ReasonerIdentity.model_validate({"kind": "edge", "weights_sha256": "a" * 64, **deciding})


@pytest.mark.parametrize(
    ("model", "rest"),
    [(AnnotateParameters, {"shards": "s"}), (RestoreParameters, {"input": "i", "output": "o"})],
)
@pytest.mark.parametrize(
    ("given", "weights"),
    [
        (None, None),
        ("a.safetensors", "a.safetensors"),
        ({"kind": "edge"}, None),
        ({"weights": "a.safetensors"}, "a.safetensors"),
        ({"kind": "edge", "weights": "s3://bucket/a"}, "s3://bucket/a"),
    ],
)
def test_whoever_gave_weights_alone_is_still_understood(
    model: type[BaseModel], rest: dict[str, str], given: object, weights: str | None
) -> None:
    parameters = model.model_validate({**rest, "reasoner": given})
    assert parameters.reasoner == EdgeReasonerChoice(weights=weights)  # type: ignore[attr-defined]
    assert model.model_validate_json(parameters.model_dump_json()) == parameters
    assert model.model_validate(rest).reasoner == EdgeReasonerChoice()  # type: ignore[attr-defined]


def test_the_kind_decides_which_settings_a_reasoner_has() -> None:
    given = {"kind": "qwen", "model": "Qwen/Qwen3-VL-8B-Instruct", "revision": "0c351dd"}
    parameters = AnnotateParameters.model_validate({"shards": "s", "reasoner": given})
    assert parameters.reasoner == QwenReasonerChoice.model_validate(given)
    assert AnnotateParameters.model_validate_json(parameters.model_dump_json()) == parameters


@pytest.mark.parametrize(
    "given", [{"kind": "oracle"}, {"kind": "qwen"}, {"weights": "s3://KEY:HUSH@bucket"}, 5]
)
def test_anything_else_is_refused(given: object) -> None:
    with pytest.raises(ValidationError) as caught:
        AnnotateParameters.model_validate({"shards": "s", "reasoner": given})
    assert "HUSH" not in str(caught.value)


def test_weights_alone_are_their_own_fingerprint_and_anything_else_changes_it() -> None:
    assert str(identity()) == f"edge reasoner {'a' * 16}"
    changes = (
        {"weights_sha256": "b" * 64},
        {"algorithm": 2},
        {"model": "m"},
        {"revision": "r"},
        {"prompt_version": "1"},
        {"decoding": {"seed": 1}},
        {"libraries": {"torch": "2"}},
    )
    fingerprints = {identity(**change).fingerprint for change in ({}, *changes)}
    assert len(fingerprints) == len(changes) + 1
    assert all(len(fingerprint) == 16 for fingerprint in fingerprints)
