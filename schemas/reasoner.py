"""The choice of a reasoner, and the identity that decides its answers."""

import hashlib
import json
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, JsonValue

from schemas.base import Sha256, Strict
from schemas.remote import RemoteReasonerChoice
from schemas.url import Url

DtypeName = Literal["auto", "bfloat16", "float16", "float32"]
AttentionName = Literal["sdpa", "eager", "flash_attention_2"]


class EdgeReasonerChoice(Strict):
    """The edge reasoner: a small network that runs on a CPU."""

    kind: Literal["edge"] = Field("edge", description="Which reasoner")
    weights: Url | None = Field(None, description="Weights file; by default the shipped one")


class QwenReasonerChoice(Strict):
    """A vision-language model of the Qwen family, run here by transformers.

    `model` and `revision` say what to load, `adapter` what was learned on top of it; the rest says
    how it runs on this machine. Other types and another attention change the last bits of what it
    computes, and now and then an answer.
    """

    kind: Literal["qwen"] = Field("qwen", description="Which reasoner")
    model: Url = Field(description="Folder of the model, or its name on the Hub")
    revision: str | None = Field(None, description="Commit, tag or branch on the Hub")
    adapter: Url | None = Field(None, description="Folder of a LoRA adapter, as peft writes it")
    dtype: DtypeName = Field("auto", description="Type of the weights; auto as the model was saved")
    device_map: str | None = Field(
        None, description="Devices, as accelerate names them, such as auto; by default one device"
    )
    attention: AttentionName = Field("sdpa", description="How attention is computed")
    batch_size: int = Field(8, gt=0, description="Photographs to show it at once")


def _read_choice(given: Any) -> Any:
    """Accept what earlier releases did, which knew only the edge reasoner.

    A URL or null are its weights; so are parameters without a kind.
    """
    if given is None or isinstance(given, str):
        return {"kind": "edge", "weights": given}
    return {"kind": "edge", **given} if isinstance(given, dict) else given


_Choice: TypeAlias = Annotated[
    Annotated[EdgeReasonerChoice, Field(strict=False)]
    | Annotated[QwenReasonerChoice, Field(strict=False)]
    | Annotated[RemoteReasonerChoice, Field(strict=False)],
    Field(discriminator="kind"),
]

ReasonerChoice = Annotated[
    _Choice, BeforeValidator(_read_choice, json_schema_input_type=_Choice | Url | None)
]
"""The reasoner that a flow uses; `rr_tasks.reasoner.load` loads it."""

TeacherChoice = Annotated[
    Annotated[QwenReasonerChoice, Field(strict=False)]
    | Annotated[RemoteReasonerChoice, Field(strict=False)],
    Field(discriminator="kind"),
]
"""The vision-language model that describes scenes; `rr_tasks.reasoner.teacher` loads it."""


class ReasonerIdentity(Strict):
    """Everything that decides a reasoner's answers: equal identities give equal answers.

    `algorithm` counts changes of our code that alter the answers to the same photographs; 0 stands
    for annotations made before it was recorded. `weights_sha256` identifies a local model, `model`
    and `revision` one that a server runs. `prompt_version` is null if only the photograph is shown.
    `decoding` holds the settings for sampling answers, and `libraries` the versions of libraries
    that change more than the last bits.
    """

    kind: str
    algorithm: Annotated[int, Field(ge=0)] = 1
    weights_sha256: Sha256 | None = None
    model: str | None = None
    revision: str | None = None
    prompt_version: str | None = None
    decoding: dict[str, JsonValue] = Field(default_factory=dict)
    libraries: dict[str, str] = Field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """16 hex digits: of the weights if nothing else decides, otherwise of a hash of it all."""
        deciding = self.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)
        if deciding.keys() == {"weights_sha256"}:
            return str(self.weights_sha256)[:16]
        return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def label(self) -> str:
        """A short name for people, such as `edge c23d18fb`."""
        weights = self.weights_sha256 and self.weights_sha256[:8]
        return " ".join(filter(None, (self.kind, self.model, self.revision, weights)))

    def __str__(self) -> str:
        """The name in ledgers and rows."""
        return f"{self.kind} reasoner {self.fingerprint}"
