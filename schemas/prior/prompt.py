"""What a vision-language model is asked about a photograph, and what it should answer.

The prompt is versioned: a model must be asked with the prompt that it was trained on.
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
    **{
        name: {
            "probability": True,
            "severity_std": True,
            "parameters": set(finding.degradation().maps),
        }
        for name, finding in DiagnosticPrior.types().items()
    },
}


def answer(prior: DiagnosticPrior) -> str:
    """Render the prior as the JSON that a model should write, reasoning before findings.

    What a model cannot see is left out: who wrote the prior, how certain the author was, and maps.
    Numbers are truncated to four digits and never rounded up, so that none leaves its range.
    """
    text = prior.model_dump_json(exclude=_UNSEEN)
    document = json.loads(
        text, parse_float=lambda digits: float(_FOUR_DIGITS.create_decimal(digits))
    )
    ordered = {name: document.pop(name) for name in _FIRST} | document
    return json.dumps(ordered, ensure_ascii=False)
