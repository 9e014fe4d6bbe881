"""Parameters of the pipeline refuse models that cannot be trained further."""

import pytest
from pydantic import ValidationError

from schemas.parameters.pipeline import PipelineParameters

FOLDERS = {"photographs": "photos", "heldout": "heldout", "output": "work"}
ADAPTED = {"kind": "qwen", "model": "some/model", "adapter": "an/adapter"}


@pytest.mark.parametrize("stage", ["reasoner", "restorer"])
def test_adapters_are_not_trained_further(stage: str) -> None:
    used = PipelineParameters.model_validate({**FOLDERS, stage: {"start": ADAPTED, "steps": 0}})
    assert getattr(used, stage).start.adapter == "an/adapter"
    with pytest.raises(ValidationError, match="an adapter is trained from the model"):
        PipelineParameters.model_validate({**FOLDERS, stage: {"start": ADAPTED, "steps": 1}})
