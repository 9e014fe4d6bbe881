"""Reads what a vision-language model answers as a diagnostic prior."""

import json
from typing import Any

from pydantic import ValidationError

from rr_tasks.reasoner.protocol import Answer, Unparsed
from schemas.prior.claims import find_contradiction
from schemas.prior.current import DiagnosticPrior, ImageSize, Provenance, Scene
from schemas.prior.text import undo_order
from schemas.prior.written import read_finding

_END_OF_THOUGHT = "</think>"


class NotAnAnswerError(ValueError):
    """A text is not what the model was asked for."""


def read_answer(
    text: str,
    image: ImageSize,
    provenance: Provenance,
    model: type[DiagnosticPrior] = DiagnosticPrior,
) -> Answer:
    """Read an answer to `schemas.prior.prompt.PROMPT`; the order of treatment follows from it.

    Args:
        text: what the model wrote; what stands around its JSON object is ignored.
        image: size of the photograph, to which lengths refer.
        provenance: the model, and the version of the prompt.
        model: the prior's model.

    Returns:
        The prior, or why the text is none: it has no JSON object, breaks the schema, or its
        reasoning contradicts its findings.
    """
    try:
        return _read(find_object(text), image, provenance, model)
    except NotAnAnswerError as error:
        return Unparsed(str(error), text)
    except ValidationError as error:
        return Unparsed(explain_invalid(error), text)


def read_scene(text: str) -> Scene | Unparsed:
    """Read an answer to `schemas.prior.prompt.SCENE_PROMPT`, or say why it is none."""
    try:
        return Scene.model_validate_json(json.dumps(find_object(text)))
    except NotAnAnswerError as error:
        return Unparsed(str(error), text)
    except ValidationError as error:
        return Unparsed(explain_invalid(error), text)


def find_object(text: str) -> dict[str, Any]:
    """Return the JSON object in a text, without thoughts before it and marks around it.

    Raises:
        NotAnAnswerError: there is none, or it is cut off.
    """
    said = text.rpartition(_END_OF_THOUGHT)[2]
    start = said.find("{")
    if start < 0:
        raise NotAnAnswerError("no JSON object")
    try:
        document, _ = json.JSONDecoder(strict=False).raw_decode(said, start)
    except (ValueError, RecursionError) as error:
        raise NotAnAnswerError(f"no whole JSON object: {error}") from error
    return dict(document)


def explain_invalid(error: ValidationError) -> str:
    """Say in one line where a document first breaks its schema."""
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, (error.title, *first['loc'])))}: {first['msg']}"


def _read(
    document: dict[str, Any],
    image: ImageSize,
    provenance: Provenance,
    model: type[DiagnosticPrior],
) -> DiagnosticPrior:
    kinds = model.types()
    missing = [name for name in ("scene", "reasoning", *kinds) if name not in document]
    if missing:
        raise NotAnAnswerError(f"it lacks {', '.join(missing)}")
    short_side = min(image.width, image.height)
    findings = {
        name: read_finding(document[name], kind, short_side) for name, kind in kinds.items()
    }
    prior = model.model_validate(
        {
            **findings,
            "image": image,
            "scene": Scene.model_validate_json(json.dumps(document["scene"])),
            "order": undo_order(findings.values()),
            "reasoning": document["reasoning"],
            "provenance": provenance,
        }
    )
    contradiction = find_contradiction(prior.reasoning, findings)
    if contradiction:
        raise NotAnAnswerError(contradiction)
    return prior
