"""Which model a user means: a file, a server, or a file with all its settings."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from schemas.reasoner import ReasonerChoice, TeacherChoice

Reasoner = Annotated[
    str | None,
    typer.Option(
        help="Weights file (safetensors), by default the shipped weights; the URL of an "
        "OpenAI-compatible server; or a JSON file with all settings of a reasoner."
    ),
]
ReasonerModel = Annotated[
    str | None, typer.Option(metavar="NAME", help="The model to ask, if --reasoner is a server.")
]


def choose_reasoner(given: str | None, model: str | None) -> Any:
    """Return the reasoner that `--reasoner` and `--reasoner-model` mean, for flow parameters.

    Raises:
        typer.BadParameter: a server without a model, a model without a server, or an invalid file.
    """
    if given is not None and given.endswith(".json"):
        return _read_choice(given, TypeAdapter(ReasonerChoice))
    return _choose_served("--reasoner", given, model) or given


def choose_teacher(given: str, model: str | None) -> Any:
    """Return the teacher that `--teacher` and `--teacher-model` mean, for flow parameters.

    Raises:
        typer.BadParameter: see `choose_reasoner`.
    """
    if given.endswith(".json"):
        return _read_choice(given, TypeAdapter(TeacherChoice))
    return _choose_served("--teacher", given, model) or {"kind": "qwen", "model": given}


def _choose_served(option: str, given: str | None, model: str | None) -> Any:
    served = given is not None and given.startswith(("http://", "https://"))
    if served != (model is not None):
        raise typer.BadParameter(
            f"{option}-model names the model to ask, and goes with the URL of a server: "
            f"{option} http://HOST:PORT/v1 {option}-model NAME"
        )
    return {"kind": "remote", "url": given, "model": model} if served else None


def _read_choice(path: str, kinds: TypeAdapter[Any]) -> Any:
    try:
        return kinds.validate_json(Path(path).read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        (first, *_) = error.errors(include_url=False, include_input=False)
        place = ".".join(map(str, first["loc"]))
        raise typer.BadParameter(f"{path}: {place}: {first['msg']}") from error
