"""How other programs want chats: what a line says, and where lines and photographs lie.

- `tags`: the text contains `<image>`, and `images` lists paths below the export. Lines are written
  to `lines/SPLIT/NNNNN.jsonl` and joined at the end in a file for each split, which
  `dataset_info.json` describes to LLaMA-Factory.
- `trl`: contents are lists of parts. Lines are written to `SPLIT/NNNNN/metadata.jsonl` beside the
  photographs, from which `datasets` loads a column `images` of photographs, as TRL expects.
"""

import json
from typing import Any

from rr_tasks.export.source import Example
from schemas.export import Dialect, MessagesExport, Split
from schemas.prior.prompt import PROMPT, answer, learned_from

DATASET_NAME = "reason-and-restore"
"""Name of the data set in LLaMA-Factory."""

JOINED: dict[Split, str] = {"train": "messages.jsonl", "validation": "validation.jsonl"}
"""Where the lines of each split are joined for the dialect `tags`."""


def lines_path(dialect: Dialect, split: Split, shard: int) -> str:
    """Return the path below the export of the lines of a shard."""
    if dialect == "tags":
        return f"lines/{split}/{shard:05d}.jsonl"
    return f"{split}/{shard:05d}/metadata.jsonl"


def image_path(dialect: Dialect, split: Split, shard: int, key: str) -> str:
    """Return the path below the export of a photograph."""
    folder = "images" if dialect == "tags" else split
    return f"{folder}/{shard:05d}/{key}.png"


def render_line(spec: MessagesExport, split: Split, shard: int, example: Example) -> str:
    """Render an example as a line of JSON.

    `learned_from` is the place in the answer where the part begins that is worth learning: before
    it stands a scene that nobody has seen (`schemas.prior.prompt.learned_from`).
    """
    prior = example.annotation or example.truth
    reply = answer(prior, example.key)
    document: dict[str, Any]
    if spec.dialect == "tags":
        document = {
            "messages": [_message("user", f"<image>{PROMPT}"), _message("assistant", reply)],
            "images": [image_path(spec.dialect, split, shard, example.key)],
        }
    else:
        question = [{"type": "image"}, {"type": "text", "text": PROMPT}]
        document = {
            "messages": [
                _message("user", question),
                _message("assistant", [{"type": "text", "text": reply}]),
            ],
            "images_file_names": [f"{example.key}.png"],
        }
    document["learned_from"] = learned_from(prior, reply)
    if spec.licence is not None:
        document["licence"] = spec.licence
    return json.dumps(document, ensure_ascii=False) + "\n"


def describe_to_llama_factory() -> str:
    """Return the `dataset_info.json` of the joined files."""
    names = {"train": DATASET_NAME, "validation": f"{DATASET_NAME}-validation"}
    info = {names[split]: {"file_name": name, **_FORMAT} for split, name in JOINED.items()}
    return json.dumps(info, indent=2)


def _message(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


_FORMAT = {
    "formatting": "sharegpt",
    "columns": {"messages": "messages", "images": "images"},
    "tags": {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
    },
}
