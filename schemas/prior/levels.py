"""The short question: how severe each degradation is, in one digit.

A diagnosis reasons before it concludes, so its numbers are decided by words that were drawn, and
they jump. A judge needs a scale that does not. Here a model writes one digit for each type at once,
and the probabilities of the ten digits give a severity that changes as gradually as they do.
"""

import json
from typing import Any

from schemas.prior.current import DEGRADATIONS, DiagnosticPrior

LEVELS_VERSION = "levels 1"
"""Counts changes of the question; a model is asked as it was trained."""

LEVELS = tuple(range(10))

QUESTION = (
    f"Rate how severe {', '.join(DEGRADATIONS[:-1])} and {DEGRADATIONS[-1]} are in this "
    "photograph, each from 0 (absent) to 9 (extreme). Answer with one JSON object of digits."
)

_STEP = 10
_MIDDLE = 5.0


def level_of(severity: float) -> int:
    """Return the level of a severity: 0 below 10, which nobody can see, and 9 from 90 on."""
    return min(LEVELS[-1], int(severity // _STEP))


def severity_at(level: int) -> float:
    """Return the severity that a level stands for: 0, or the middle of its ten points."""
    return _STEP * level + _MIDDLE if level else 0.0


def write_levels(prior: DiagnosticPrior) -> str:
    """Write the levels of a prior as a model should answer, such as `{"haze": 3, "blur": 0, ...}`.

    What is present has at least level 1.
    """
    levels = {
        name: max(1, level_of(finding.severity)) if finding.present else 0
        for name, finding in prior.findings.items()
    }
    return json.dumps(levels)


def levels_schema() -> dict[str, Any]:
    """Return the JSON Schema of the answer."""
    digit = {"type": "integer", "minimum": LEVELS[0], "maximum": LEVELS[-1]}
    return {
        "type": "object",
        "properties": dict.fromkeys(DEGRADATIONS, digit),
        "required": list(DEGRADATIONS),
        "additionalProperties": False,
    }
