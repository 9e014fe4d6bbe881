"""Reads options of the form NAME=VALUE."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import typer

from schemas.prior.current import DEGRADATIONS


def parse_strengths(given: Iterable[str]) -> dict[str, Any]:
    """Return the parameters `strength` and `strengths` that options --strength ask for.

    Raises:
        typer.BadParameter: one is no share of a restoration or of a type that exists, or two are
            of the same.
    """
    parameters: dict[str, Any] = {"strengths": {}}
    for option in given:
        name, equals, share = option.rpartition("=")
        if equals and name not in DEGRADATIONS:
            raise typer.BadParameter(f"--strength knows {', '.join(DEGRADATIONS)}, not {name!r}")
        try:
            strength = float(share)
        except ValueError as error:
            raise typer.BadParameter(f"--strength takes 0-1 or TYPE=0-1, not {option!r}") from error
        if not 0.0 <= strength <= 1.0:
            raise typer.BadParameter(f"--strength takes 0-1 or TYPE=0-1, not {option!r}")
        if equals:
            _check_new("--strength", name, parameters["strengths"])
            parameters["strengths"][name] = strength
        else:
            _check_new("--strength", "strength", parameters)
            parameters["strength"] = strength
    return parameters


def parse_edits(given: Iterable[str]) -> dict[str, Any]:
    """Return the parameter `edit_prior` that options --edit-prior ask for.

    Raises:
        typer.BadParameter: one has no equals sign, or two change the same.
    """
    edits: dict[str, Any] = {}
    for option in given:
        path, equals, value = option.partition("=")
        if not equals:
            raise typer.BadParameter(f"--edit-prior takes PATH=VALUE, not {option!r}")
        _check_new("--edit-prior", path.strip(), edits)
        edits[path.strip()] = _read(value.strip())
    return edits


def _check_new(option: str, name: str, given: Mapping[str, Any]) -> None:
    if name in given:
        raise typer.BadParameter(f"{option} sets {name} twice; leave one of them out")


def _read(value: str) -> Any:
    """Read a number or a list; anything else is a word."""
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
