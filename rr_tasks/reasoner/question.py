"""What a vision-language model is asked about a photograph."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from schemas.prior.levels import LEVELS_VERSION, QUESTION, levels_schema
from schemas.prior.prompt import (
    PROMPT,
    PROMPT_VERSION,
    SCENE_PROMPT,
    SCENE_PROMPT_VERSION,
    answer_schema,
    scene_schema,
)


class Question(NamedTuple):
    """A prompt, its version, and the JSON Schema of its answers."""

    version: str
    prompt: str
    schema: Mapping[str, Any]

    def with_schema(self) -> str:
        """Return the prompt for models that nothing holds to the schema."""
        return f"{self.prompt} The object must fit this JSON Schema: {json.dumps(self.schema)}"


DIAGNOSIS = Question(PROMPT_VERSION, PROMPT, answer_schema())
RATING = Question(LEVELS_VERSION, QUESTION, levels_schema())
SCENE = Question(SCENE_PROMPT_VERSION, SCENE_PROMPT, scene_schema())
