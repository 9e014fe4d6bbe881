"""What a server replies, and where replies are kept so that none is paid for twice."""

import hashlib
import json
from typing import Any

from pydantic import ValidationError

from rr_tasks.storage.cache import cache_folder
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import join, publish_bytes, read_bytes
from schemas.base import Strict
from schemas.usage import Tokens


class Reply(Strict):
    """One answer: its text, null if the model gave none, and why it ended."""

    text: str | None
    finish_reason: str | None
    prompt_tokens: Tokens = 0
    completion_tokens: Tokens = 0


class ReplyStore:
    """Replies at a storage URL, a file for each, named by a hash of all that decides it."""

    def __init__(self, url: str | None) -> None:
        self._url = url or str(cache_folder("replies"))

    def find(self, content: dict[str, Any]) -> Reply | None:
        """Return the reply to a request; None if it is not there or is damaged.

        Raises:
            StorageError: storage refuses.
        """
        try:
            return Reply.model_validate_json(read_bytes(self._locate(content)))
        except (MissingFileError, ValidationError):
            return None

    def keep(self, content: dict[str, Any], reply: Reply) -> None:
        """Keep the reply to a request.

        Raises:
            StorageError: storage refuses.
        """
        publish_bytes(reply.model_dump_json().encode(), self._locate(content))

    def _locate(self, content: dict[str, Any]) -> str:
        name = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        return join(self._url, name[:2], f"{name}.json")
