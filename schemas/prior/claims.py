"""What a chain of thought claims in words, to compare it with the findings that follow it.

Only claims that can be told for certain count: that a type is absent ("no haze"), that it has a
severity ("moderate haze, severity 47"), and what to undo ("undo noise, then haze"). A sentence that
claims something in other words agrees with everything.
"""

import re
from collections.abc import Iterator, Mapping

from schemas.prior.finding import AnyFinding

AGREEMENT = 10.0
"""Severities that differ by more contradict each other."""

_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_SEVERITY = re.compile(r"\bseverity (?:of |is )?(\d+)", re.IGNORECASE)
_UNDO = re.compile(r"\bundo\b(.*)", re.IGNORECASE)


def find_contradiction(reasoning: str, findings: Mapping[str, AnyFinding]) -> str | None:
    """Say where a chain of thought contradicts findings, or None if it does not."""
    for sentence in _SENTENCES.split(reasoning):
        for contradiction in _contradictions(sentence, findings):
            return contradiction
    return None


def _contradictions(sentence: str, findings: Mapping[str, AnyFinding]) -> Iterator[str]:
    named = [name for name in findings if _mentions(name, sentence)]
    treated = _UNDO.search(sentence)
    severity = _SEVERITY.search(sentence)
    for name in named:
        finding = findings[name]
        if treated and _mentions(name, treated[1]) and not finding.present:
            yield f"the reasoning undoes {name}, which is found absent"
        if _mentions(f"no {name}", sentence) and finding.present:
            yield f"the reasoning sees no {name}, which is found present"
        if severity and len(named) == 1 and abs(int(severity[1]) - finding.severity) > AGREEMENT:
            yield (
                f"the reasoning gives {name} severity {severity[1]}, "
                f"the finding {finding.severity:.0f}"
            )


def _mentions(words: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(words)}\b", text, re.IGNORECASE) is not None
