"""What a vision-language model is asked about a photograph, and what it should answer.

The prompt is versioned: a model must be asked with the prompt that it was trained on. The answer
holds what can be seen: the scene, then the reasoning, then the findings that it leads to. Image
size, order of treatment, certainties and maps are not asked for.
"""

import json
from typing import Any

from schemas.prior.current import DEGRADATIONS, DiagnosticPrior, Scene
from schemas.prior.number import say_per_mille
from schemas.prior.wording import vary_reasoning
from schemas.prior.written import closed_object, finding_schema, read_finding, write_finding

PROMPT_VERSION = "2"
"""Version 1 asked for the whole prior, with lengths in pixels."""

PROMPT = (
    f"Diagnose this photograph: look for {', '.join(DEGRADATIONS[:-1])} and {DEGRADATIONS[-1]}. "
    "Answer with one JSON object. First scene: a description and the objects in it, without "
    "naming what degrades it. Then reasoning: for each degradation what you see, its severity "
    "('severity 40') or that there is none ('no rain'), and in which order to undo them. Then "
    f"{', '.join(DEGRADATIONS)}, each with present, severity (1-100, or 0 if absent) and the "
    "physical parameters (null if absent). Lengths (_permille) are in thousandths of the short "
    "side, angles in degrees counter-clockwise from the horizontal; light says whether values are "
    "mixed in linear light or as coded in the file."
)

SCENE_PROMPT_VERSION = "scene-1"

SCENE_PROMPT = (
    "Describe this photograph for somebody who will restore a damaged copy of it. Answer with one "
    "JSON object: description, one or two sentences on what it shows, and objects, the most "
    "important things in it. Say nothing about its technical quality."
)

DESCRIPTION_LENGTH, OBJECT_LENGTH, MOST_OBJECTS = 300, 40, 10
REASONING_LENGTH = 900


def answer(prior: DiagnosticPrior, key: str = "") -> str:
    """Render the prior as the JSON that a model should write, reasoning before findings.

    Numbers are rounded to few digits. The reasoning is written from the rounded findings, in words
    that the key chooses, unless it is that of a model that was asked.

    Args:
        prior: the prior.
        key: that of the sample, so that samples differ in their words.
    """
    short_side = min(prior.image.width, prior.image.height)
    written = {name: write_finding(finding, short_side) for name, finding in prior.findings.items()}
    reasoning = prior.reasoning
    if prior.provenance.source != "reasoner" or not is_scene_seen(prior):
        said = [
            read_finding(written[name], kind, short_side) for name, kind in prior.types().items()
        ]
        reasoning = vary_reasoning(said, key, say_per_mille(short_side))
    document = {
        "scene": write_scene(prior.scene),
        "reasoning": _write_line(reasoning, REASONING_LENGTH),
        **written,
    }
    return json.dumps(document, ensure_ascii=False)


def is_scene_seen(prior: DiagnosticPrior) -> bool:
    """Whether a model that was asked has described the scene.

    Otherwise a few measurements describe it, which are not worth learning.
    """
    return prior.provenance.prompt_version is not None


def learned_from(prior: DiagnosticPrior, text: str) -> int:
    """Return where the part of a prior's answer begins that a model should learn to write.

    That is 0, or where the reasoning begins if nobody has seen the scene, which comes first.
    """
    return 0 if is_scene_seen(prior) else text.index('"reasoning": ')


def write_scene(scene: Scene) -> dict[str, Any]:
    """Return what a model should write of a scene."""
    return {
        "description": _write_line(scene.description, DESCRIPTION_LENGTH),
        "objects": [_write_line(one, OBJECT_LENGTH) for one in scene.objects[:MOST_OBJECTS]],
    }


def answer_schema(model: type[DiagnosticPrior] = DiagnosticPrior) -> dict[str, Any]:
    """Return the JSON Schema of every answer: closed and bounded.

    Flag, severity and parameters of a finding agree by construction. Properties are in the order
    in which a model writes them, and strings have no quotes, backslashes or line breaks, so a
    grammar without free whitespace (separators `, ` and `: `) accepts every `answer`.
    """
    findings = {name: finding_schema(kind.degradation()) for name, kind in model.types().items()}
    reasoning = {"type": "string", "maxLength": REASONING_LENGTH}
    return closed_object({"scene": scene_schema(), "reasoning": reasoning, **findings})


def scene_schema() -> dict[str, Any]:
    """Return the JSON Schema of what a model writes of a scene."""
    objects = {
        "type": "array",
        "items": {"type": "string", "maxLength": OBJECT_LENGTH},
        "maxItems": MOST_OBJECTS,
    }
    description = {"type": "string", "maxLength": DESCRIPTION_LENGTH}
    return closed_object({"description": description, "objects": objects})


def _write_line(text: str, most: int) -> str:
    """Return text on one line, at most so many characters, without quotes and backslashes."""
    plain = text.replace('"', "'").replace("\\", "/")
    shown = "".join(char if char.isprintable() else " " for char in plain)
    return " ".join(shown.split())[:most].rstrip()
