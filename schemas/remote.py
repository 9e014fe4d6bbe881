"""The choice of a reasoner behind an OpenAI-compatible server."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from schemas.base import Strict
from schemas.url import Url
from schemas.usage import Prices


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must be http://HOST/v1 or https://HOST/v1, with a port if need be")
    return url.rstrip("/")


class RemoteReasonerChoice(Strict):
    """A vision-language model behind an OpenAI-compatible server, such as vLLM or SGLang.

    What decides its answers are `model`, `revision` and the settings of `decoding`; all else says
    how it is reached. The key is in an environment variable.
    """

    kind: Literal["remote"] = Field("remote", description="Which reasoner")
    url: Annotated[Url, AfterValidator(_http)] = Field(
        description="Base URL of the server's API, such as http://localhost:8000/v1"
    )
    model: str = Field(description="Name of the model, as the server calls it")
    revision: str | None = Field(None, description="Its revision, if you know it; for the record")
    key_variable: str = Field(
        "OPENAI_API_KEY", description="Environment variable that holds the key, if one is needed"
    )
    concurrency: int = Field(8, gt=0, le=1024, description="Requests under way at a time")
    timeout_s: float = Field(
        120.0, gt=0, title="Timeout", description="Seconds to wait for an answer"
    )
    retries: int = Field(5, ge=0, le=20, description="Further attempts of a request that fails")
    temperature: float | None = Field(0.0, ge=0, le=2, description="Null for the server's own")
    seed: int | None = Field(0, description="Seed of the server's draws")
    max_tokens: int = Field(2048, gt=0, description="The longest answer, in tokens")
    most_pixels: int = Field(1 << 20, gt=0, description="Larger photographs are shrunk to so many")
    cache: Url | None = Field(
        None, description="Folder that keeps replies; by default in the user's cache folder"
    )
    prices: Prices | None = Field(None, description="Of a million tokens, to add up what it costs")

    def decoding(self, *, constrained: bool) -> dict[str, Any]:
        """Return the settings that decide answers.

        Args:
            constrained: whether the server holds answers to a JSON Schema.
        """
        return {
            "temperature": self.temperature,
            "seed": self.seed,
            "max_tokens": self.max_tokens,
            "most_pixels": self.most_pixels,
            "constrained": constrained,
        }
