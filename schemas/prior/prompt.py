"""What a vision-language model is asked about a photograph, and what it is to answer.

The prompt has a version: whoever is trained on one is to be asked with the same one.
"""

import json
from decimal import ROUND_DOWN, Context
from typing import Any

from schemas.prior.current import DEGRADATIONS, DiagnosticPrior

PROMPT_VERSION = "1"

PROMPT = (
    f"Diagnose this photograph. Look for {', '.join(DEGRADATIONS[:-1])} and {DEGRADATIONS[-1]}. "
    "Describe the scene without "
    "naming what degrades it, reason about what you see, then give each degradation's severity "
    "from 0 (absent) to 100 with the physical parameters behind it, and the order in which to undo "
    "them. Answer with one JSON object: the diagnostic prior."
)

_FOUR_DIGITS = Context(prec=4, rounding=ROUND_DOWN)
_FIRST = ("schema_version", "image", "scene", "reasoning")
_UNSEEN: dict[str, Any] = {
    "provenance": True,
    **{str(name): {"probability", "severity_std"} for name in DEGRADATIONS},
}


def answer(prior: DiagnosticPrior) -> str:
    """The prior as the JSON that a model is to write, its reasoning before its findings.

    Left out is what a model cannot see: who wrote the prior, and how sure of it its author was.
    Numbers are cut off after four digits, never rounded up, so none of them leaves its range.
    """
    text = prior.model_dump_json(exclude=_UNSEEN)
    document = json.loads(
        text, parse_float=lambda digits: float(_FOUR_DIGITS.create_decimal(digits))
    )
    ordered = {name: document.pop(name) for name in _FIRST} | document
    return json.dumps(ordered, ensure_ascii=False)
