import pytest
from pydantic import BaseModel, ValidationError

from schemas.archive import RestoreParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.restorer import EdgeRestorerChoice


@pytest.mark.parametrize(
    ("model", "rest"),
    [
        (EvaluateParameters, {"photographs": "p", "output": "o"}),
        (RestoreParameters, {"input": "i", "output": "o"}),
    ],
)
@pytest.mark.parametrize(
    ("given", "weights"),
    [
        (None, None),
        ("a.safetensors", "a.safetensors"),
        ({"kind": "edge"}, None),
        ({"kind": "edge", "weights": "s3://bucket/a"}, "s3://bucket/a"),
    ],
)
def test_whoever_gave_weights_alone_is_still_understood(
    model: type[BaseModel], rest: dict[str, str], given: object, weights: str | None
) -> None:
    parameters = model.model_validate({**rest, "restorer": given})
    assert parameters.restorer == EdgeRestorerChoice(weights=weights)  # type: ignore[attr-defined]
    assert model.model_validate_json(parameters.model_dump_json()) == parameters
    assert model.model_validate(rest).restorer == EdgeRestorerChoice()  # type: ignore[attr-defined]


@pytest.mark.parametrize("given", [{"kind": "oracle"}, {"weights": "s3://KEY:HUSH@bucket"}, 5])
def test_anything_else_is_refused(given: object) -> None:
    with pytest.raises(ValidationError) as caught:
        RestoreParameters.model_validate({"input": "i", "output": "o", "restorer": given})
    assert "HUSH" not in str(caught.value)
