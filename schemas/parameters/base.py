"""The base class of flow parameters."""

from pydantic import BaseModel, ConfigDict


class Parameters(BaseModel):
    """Base class of flow parameters: no unknown fields, immutable. Paths may be fsspec URLs."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
