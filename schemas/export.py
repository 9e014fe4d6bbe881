"""Everything that determines the bytes of an export to other programs."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from schemas.base import Strict
from schemas.prior.current import CURRENT_VERSION
from schemas.shard import SpecHash

Dialect = Literal["tags", "trl"]
"""ms-swift and LLaMA-Factory read `tags`, TRL reads `trl`."""

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
    """Chats for fine-tuning a vision-language model."""

    kind: Literal["messages"] = "messages"
    source: SpecHash
    annotations: SpecHash | None
    dialect: Dialect
    prompt_version: str
    schema_version: int = CURRENT_VERSION
