"""A request to an OpenAI-compatible server, and what of it decides the reply."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rr_tasks.photographs.pixels import Bytes, shrink_to
from rr_tasks.reasoner.question import Question
from rr_tasks.shards.png import encode_png
from schemas.remote import RemoteReasonerChoice


@dataclass(frozen=True)
class Request:
    """A question about a photograph, as a server is asked it.

    Args:
        image: (H, W, 3) sRGB bytes, of any size.
        question: the question.
        choice: model and settings.
        constrained: whether the server holds answers to the schema; otherwise it is in the prompt.
    """

    image: Bytes
    question: Question
    choice: RemoteReasonerChoice
    constrained: bool

    @cached_property
    def content(self) -> dict[str, Any]:
        """Everything that decides the reply, in a few words: the photograph is a hash of it."""
        height, width = self.image.shape[:2]
        pixels = hashlib.sha256(np.ascontiguousarray(self.image).tobytes()).hexdigest()
        return {
            **self.choice.decoding(constrained=self.constrained),
            "model": self.choice.model,
            "revision": self.choice.revision,
            "photograph": f"{width}x{height} {pixels}",
            "question": self.question._asdict(),
        }

    def render(self) -> dict[str, Any]:
        """Return the arguments of `chat.completions.create`."""
        packed = encode_png(shrink_to(self.image, self.choice.most_pixels))
        url = f"data:image/png;base64,{base64.b64encode(packed).decode()}"
        prompt = self.question.prompt if self.constrained else self.question.with_schema()
        parts = [
            {"type": "image_url", "image_url": {"url": url}},
            {"type": "text", "text": prompt},
        ]
        schema = self.question.schema if self.constrained else None
        return render_chat(self.choice, parts, schema)


def render_chat(choice: RemoteReasonerChoice, content: Any, schema: Any) -> dict[str, Any]:
    """Return the arguments of `chat.completions.create` for one message."""
    arguments: dict[str, Any] = {
        "model": choice.model,
        "messages": [{"role": "user", "content": content}],
        "max_tokens": choice.max_tokens,
    }
    if choice.temperature is not None:
        arguments["temperature"] = choice.temperature
    if choice.seed is not None:
        arguments["seed"] = choice.seed
    if schema is not None:
        named = {"name": "answer", "strict": True, "schema": schema}
        arguments["response_format"] = {"type": "json_schema", "json_schema": named}
    return arguments
