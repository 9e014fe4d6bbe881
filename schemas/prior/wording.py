"""The chain of thought in many words, of which a model that is trained on them learns the sense.

What is said follows from the findings alone, and a key chooses how it is said. So the same sample
always gets the same words, and no wording says more, or something else, than the numbers.
"""

import random
from collections.abc import Iterable

from schemas.prior.finding import AnyFinding, grade
from schemas.prior.number import Length
from schemas.prior.text import in_order_of_light, undo_order

_PRESENT = (
    "{sign}: {what}, severity {severity}{how}.",
    "{sign}, which speaks of {what} of severity {severity}{how}.",
    "{sign}; that is {what}, severity {severity}{how}.",
    "{sign}, so there is {what} (severity {severity}){how}.",
)
_ABSENT = (
    "{sign}: no {name}.",
    "{sign}, so there is no {name}.",
    "{sign}; there is no {name}.",
    "{sign}, hence no {name}.",
)
_ORDERS = (
    "Light met them in the reverse order, so undo {order}.",
    "What met the light last goes first: undo {order}.",
    "Going back along the path of the light, undo {order}.",
)
_NOTHING = (
    "Nothing needs to be undone.",
    "The photograph can stay as it is.",
    "There is nothing to undo.",
)


def vary_reasoning(findings: Iterable[AnyFinding], key: str, length: Length) -> str:
    """Write the chain of thought from the findings to the order of treatment.

    Args:
        findings: the finding of every type, absent ones included.
        key: chooses the words, such as the key of a sample.
        length: says lengths.
    """
    chance = random.Random(key)  # noqa: S311 - it chooses words
    met = in_order_of_light(findings)
    steps = [_say(finding, chance, length) for finding in met]
    order = ", then ".join(undo_order(met))
    closing = chance.choice(_ORDERS).format(order=order) if order else chance.choice(_NOTHING)
    return " ".join([*steps, closing])


def _say(finding: AnyFinding, chance: random.Random, length: Length) -> str:
    kind = finding.degradation()
    if finding.parameters is None:
        sign = chance.choice((kind.counterevidence, *kind.countersigns))
        return chance.choice(_ABSENT).format(sign=sign, name=kind.name)
    return chance.choice(_PRESENT).format(
        sign=chance.choice((kind.evidence, *kind.signs)),
        what=f"{grade(finding.severity)} {finding.parameters.noun()}",
        severity=f"{finding.severity:.0f}",
        how=finding.parameters.explain(length),
    )
