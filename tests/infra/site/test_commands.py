"""Every command of the documentation exists as it is written, and so does every file it names.

Commands of `rr`, of Dask and of our own scripts are parsed, not run; `test_tutorial.py` runs those
of the tutorial.
"""

import importlib.util
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import typer
import yaml
from distributed.cli import dask_scheduler, dask_worker

from flows import cli
from tests.flows.cli.test_help import LEAVES
from tests.pages import PAGES, ROOT, name_page, read_spans, read_statements

APPLICATION: Any = typer.main.get_command(cli.app)
DASK: dict[str, Any] = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
PATH = re.compile(r"(?:docs|flows|infra|rr_tasks|schemas|tests)/[\w./*-]+")
MADE = {"infra/containers/.env"}
"""Paths that a command of the documentation writes."""


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """Some options of `rr` are passed on as variables, already while they are parsed."""
    with mock.patch.dict(os.environ):
        yield


def find_command(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command of `rr` that these words name, and its arguments."""
    command, rest = APPLICATION, words
    while rest and rest[0] in getattr(command, "commands", {}):
        command, rest = command.commands[rest[0]], rest[1:]
    assert not hasattr(command, "commands") or rest[:1] in ([], ["--version"]), "no such command"
    return command, rest


def check_options(words: list[str]) -> None:
    command, arguments = find_command(words)
    known = {"--help", "-h"}
    for parameter in command.params:
        known |= {*parameter.opts, *parameter.secondary_opts}
    given = {word.split("=")[0] for word in arguments if re.match(r"--?[a-z]", word)}
    assert given <= known, f"no such option: {given - known}"


def check_rr(words: list[str]) -> None:
    command, arguments = find_command(words)
    assert not hasattr(command, "commands"), "which one?"
    if "..." in arguments:  # and other arguments
        check_options(words)
    else:
        command.make_context(" ".join(words), arguments)


def check_make(words: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(words) <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def check_pip(words: list[str]) -> None:
    assert words[0] == "install"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in re.findall(rf"(?:^|\s)(?:\.|{project['name']})\[(\w+)\]", " ".join(words)):
        assert extra in project["optional-dependencies"]


def check_python(words: list[str]) -> None:
    if words[0] == "-m":
        assert importlib.util.find_spec(words[1])
    else:
        script = (ROOT / words[0]).read_text(encoding="utf-8")
        for option in re.findall(r"--[a-z-]+", " ".join(words[1:])):
            assert f'"{option}"' in script, f"no such option: {option}"


def check_dask(words: list[str]) -> None:
    DASK[words[0]].make_context(words[0], words[1:])


def check_prefect(words: list[str]) -> None:
    if words[:2] == ["deployment", "run"]:
        flow, name = words[2].split("/")
        file = (ROOT / "infra" / "prefect.yaml").read_text(encoding="utf-8")
        there = {(one["entrypoint"], one["name"]) for one in yaml.safe_load(file)["deployments"]}
        assert (f"flows.deployments.{flow.replace('-', '_')}", name) in there


def check_torchrun(words: list[str]) -> None:
    program, *arguments = words[words.index("--") + 1 :]
    CHECKS[program](arguments)


def check_sudo(words: list[str]) -> None:
    CHECKS[words[0]](words[1:])


def check_nothing(_words: list[str]) -> None:
    """For programs that are not ours; the paths among their words are checked as all are."""


CHECKS: dict[str, Callable[[list[str]], None]] = {
    "rr": check_rr,
    "make": check_make,
    "pip": check_pip,
    "python": check_python,
    "python3": check_python,
    "dask": check_dask,
    "prefect": check_prefect,
    "torchrun": check_torchrun,
    "sudo": check_sudo,
    **dict.fromkeys(("cp", "docker", "echo", "jq", "kubectl", "source"), check_nothing),
}


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_every_command_of_a_page_exists_as_it_is_written(page: Path) -> None:
    for program, *arguments in read_statements(page):
        if PATH.fullmatch(program):  # a script of ours
            assert (ROOT / program).stat().st_mode & 0o100
            continue
        try:
            CHECKS[program](arguments)
        except Exception as error:
            raise AssertionError(f"{name_page(page)}: {program} {' '.join(arguments)}") from error


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_every_command_in_the_text_of_a_page_has_the_options_it_names(page: Path) -> None:
    for program, *arguments in map(str.split, read_spans(page)):
        if program == "rr" and arguments:
            check_options(arguments)
        elif program == "make" and arguments:
            check_make(arguments)


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_every_file_of_ours_that_a_page_names_is_there(page: Path) -> None:
    words = [*read_spans(page), *(word for words in read_statements(page) for word in words)]
    named = {word for word in words if PATH.fullmatch(word)} - MADE
    places = (ROOT, ROOT / "tests")  # some pages name tests as these mirror the tree
    assert not [name for name in named if not any(list(place.glob(name)) for place in places)]


@pytest.mark.parametrize("command", LEAVES)
def test_every_command_in_the_help_of_another_exists(command: str) -> None:
    for words in re.findall(r"\[bold\]rr ([^\[]+)\[/bold\]", LEAVES[command].help):
        check_options(words.split())


@pytest.mark.parametrize(
    "words", ["restore IN", "restore IN OUT --haste", "train", "restoration IN OUT", "bench speed"]
)
def test_a_command_that_does_not_exist_is_noticed(words: str) -> None:
    with pytest.raises(Exception, match=r"[Mm]issing|No such|no such|which one"):
        check_rr(words.split())
