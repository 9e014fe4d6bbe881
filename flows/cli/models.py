"""The options that choose reasoners, teachers and restorers, in all commands alike."""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import typer
from pydantic import TypeAdapter, ValidationError

from flows.cli.beginning import begin
from schemas.reasoner import ReasonerChoice, TeacherChoice
from schemas.restorer import RestorerChoice

TierName: TypeAlias = Literal["edge", "qwen"]
LearningTierName: TypeAlias = Literal["edge", "qwen", "tiny"]

Tier = Annotated[
    TierName,
    typer.Option(
        help="edge: small networks that come with rr. qwen: models of Qwen, which you name "
        "(docs/QWEN.md)."
    ),
]
LearningTier = Annotated[
    LearningTierName,
    typer.Option(
        help="edge: the small network. qwen: an adapter (LoRA) of a model of Qwen. tiny: of a toy "
        "of such a model, for a first try."
    ),
]
ReasonerName = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|MODEL|URL",
        help="Weights file, by default the shipped weights; with --tier qwen the folder of a model "
        "or its name on the Hub; the URL of an OpenAI-compatible server; or a JSON file with all "
        "settings.",
    ),
]
ReasonerModel = Annotated[
    str | None, typer.Option(metavar="NAME", help="The model to ask, if --reasoner is a server.")
]
ReasonerSetting = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        help="Setting of the reasoner, such as dtype=bfloat16 or adapter=FOLDER. May be repeated.",
    ),
]
RestorerName = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|MODEL",
        help="Weights file, by default the shipped weights; with --tier qwen the folder of a model "
        "or its name on the Hub; or a JSON file with all settings.",
    ),
]
RestorerSetting = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        help="Setting of the restorer, such as steps=8, offload=model or adapter=FOLDER. May be "
        "repeated.",
    ),
]

_Kinds: TypeAlias = TypeAdapter[Any]
_REASONERS: _Kinds = TypeAdapter(ReasonerChoice)
_TEACHERS: _Kinds = TypeAdapter(TeacherChoice)
_RESTORERS: _Kinds = TypeAdapter(RestorerChoice)
_WEIGHTS = ".safetensors"
_SETTINGS = ".json"


def choose_reasoner(
    tier: TierName,
    named: str | None = None,
    model: str | None = None,
    settings: Iterable[str] | None = None,
    *,
    alone: bool = False,
) -> Any:
    """Return the reasoner that the options mean, for flow parameters.

    With `--tier qwen`, no name or a weights file still mean the edge reasoner.

    Args:
        tier: `--tier`.
        named: `--reasoner`.
        model: `--reasoner-model`.
        settings: `--reasoner-setting`.
        alone: no restorer is chosen beside it, so `--tier qwen` cannot but mean the reasoner, which
            then has to be named.

    Raises:
        typer.BadParameter: no model is named, a server without a model, a model without a server,
            or an invalid file.
        ValidationError: a setting is unknown or wrong.
    """
    if alone and tier == "qwen" and named is None:
        raise typer.BadParameter(
            "--tier qwen needs --reasoner: the folder of a model, or its name on the Hub, such as "
            "Qwen/Qwen3-VL-4B-Instruct"
        )
    more = parse_settings("--reasoner-setting", settings)
    if named is not None and named.endswith(_SETTINGS):
        return _read_choice(named, _REASONERS)
    served = _choose_served("--reasoner", named, model)
    if served is not None:
        return _REASONERS.validate_python({**served, **more})
    if tier == "qwen" and named is not None and not named.endswith(_WEIGHTS):
        return _REASONERS.validate_python({"kind": "qwen", "model": named, **more})
    return _REASONERS.validate_python({"kind": "edge", "weights": named, **more})


def choose_teacher(given: str, model: str | None) -> Any:
    """Return the teacher that `--teacher` and `--teacher-model` mean, for flow parameters.

    Raises:
        typer.BadParameter: see `choose_reasoner`.
    """
    if given.endswith(_SETTINGS):
        return _read_choice(given, _TEACHERS)
    return _choose_served("--teacher", given, model) or {"kind": "qwen", "model": given}


def choose_restorer(
    tier: TierName, named: str | None = None, settings: Iterable[str] | None = None
) -> Any:
    """Return the restorer that the options mean, for flow parameters.

    Raises:
        typer.BadParameter: no model is named, or the file is invalid.
        ValidationError: a setting is unknown or wrong.
    """
    more = parse_settings("--restorer-setting", settings)
    if named is not None and named.endswith(_SETTINGS):
        return _read_choice(named, _RESTORERS)
    if tier == "edge":
        return _RESTORERS.validate_python({"kind": "edge", "weights": named, **more})
    if named is None:
        raise typer.BadParameter(
            "--tier qwen needs --restorer: the folder of a model, or its name on the Hub, such as "
            "Qwen/Qwen-Image-Edit-2511"
        )
    return _RESTORERS.validate_python({"kind": "qwen", "model": named, **more})


def choose_learning_restorer(
    tier: LearningTierName, named: str | None, settings: Iterable[str] | None, output: str
) -> Any:
    """See `choose_restorer`; for the tier tiny, a toy is made in the output folder.

    Raises:
        typer.BadParameter, ValidationError: see `choose_restorer`.
    """
    if tier == "tiny":
        return choose_restorer("qwen", named or make_toy_restorer(output), settings)
    return choose_restorer(tier, named, settings)


def make_toy_restorer(output: str) -> str:
    """Make a toy of Qwen-Image-Edit in an output folder, the same each time, and return it."""
    begin("Making a toy of Qwen-Image-Edit")
    from rr_tasks.toys.editor import build_toy_editor

    return build_toy_editor(f"{output.rstrip('/')}/toy")


def parse_settings(option: str, given: Iterable[str] | None) -> dict[str, Any]:
    """Return settings by name.

    Raises:
        typer.BadParameter: one of them is not NAME=VALUE; the message names the option.
    """
    pairs = [setting.partition("=") for setting in given or ()]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise typer.BadParameter(f"{option} takes NAME=VALUE, such as dtype=float32")
    return {name: _read_value(value) for name, _, value in pairs}


def parse_tree(option: str, given: Iterable[str] | None) -> dict[str, Any]:
    """Return settings by name; SECTION.NAME=VALUE are those of a section, and values are JSON.

    What is no JSON is text.

    Raises:
        typer.BadParameter: one of them is not NAME=VALUE; the message names the option.
    """
    tree: dict[str, Any] = {}
    for setting in given or ():
        name, equals, value = setting.partition("=")
        parts = name.split(".")
        if not (all(parts) and equals):
            raise typer.BadParameter(f"{option} takes NAME=VALUE or SECTION.NAME=VALUE")
        leaf: Any = value
        with suppress(ValueError):
            leaf = json.loads(value)
        *sections, last = parts
        branch: dict[str, Any] = {last: leaf}
        for section in reversed(sections):
            branch = {section: branch}
        tree = merge_trees(tree, branch)
    return tree


def merge_trees(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return both trees of settings in one; where both have a value, that `above` counts."""
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[name] = merge_trees(old, value)
        else:
            merged[name] = value
    return merged


def _read_value(text: str) -> int | float | str:
    """Read a number where there is one; the choices themselves do not take text for it."""
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def _choose_served(option: str, given: str | None, model: str | None) -> dict[str, Any] | None:
    served = given is not None and given.startswith(("http://", "https://"))
    if served != (model is not None):
        raise typer.BadParameter(
            f"{option}-model names the model to ask, and goes with the URL of a server: "
            f"{option} http://HOST:PORT/v1 {option}-model NAME"
        )
    return {"kind": "remote", "url": given, "model": model} if served else None


def _read_choice(path: str, kinds: _Kinds) -> Any:
    try:
        return kinds.validate_json(Path(path).read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        (first, *_) = error.errors(include_url=False, include_input=False)
        place = ".".join(map(str, first["loc"]))
        raise typer.BadParameter(f"{path}: {place}: {first['msg']}") from error
