"""Everything that determines the bytes of an export to other programs."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from schemas.base import Strict, Unit
from schemas.prior.current import CURRENT_VERSION
from schemas.shard import SpecHash

Dialect = Literal["tags", "trl"]
"""ms-swift and LLaMA-Factory read `tags`, TRL reads `trl`."""

Split = Literal["train", "validation"]

_PLAIN = r"^[A-Za-z0-9_]+$"


def _plain(name: str) -> str:
    if not re.fullmatch(_PLAIN, name):
        raise ValueError("should be letters, digits and underscores, such as train")
    return name


SplitName = Annotated[str, AfterValidator(_plain), Field(json_schema_extra={"pattern": _PLAIN})]


class HubExport(Strict):
    """A data set for Hugging Face `datasets`; the hashes identify the specs it is made from."""

    kind: Literal["hf"] = "hf"
    source: SpecHash
    annotations: SpecHash | None
    split: SplitName
    schema_version: int = CURRENT_VERSION


class MessagesExport(Strict):
    """Chats for fine-tuning a vision-language model.

    `validation` is the share of the photographs that are for validation; `licence` is that of the
    photographs, null if it was not given.
    """

    kind: Literal["messages"] = "messages"
    source: SpecHash
    annotations: SpecHash | None
    dialect: Dialect
    prompt_version: str
    validation: Unit = 0.0
    licence: str | None = None
    schema_version: int = CURRENT_VERSION


class ExportedChats(Strict):
    """How many chats of a shard are for training and for validation; written when all are."""

    shard: Annotated[int, Field(ge=0)]
    train: Annotated[int, Field(ge=0)]
    validation: Annotated[int, Field(ge=0)]
