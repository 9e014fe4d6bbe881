import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from flows import cli
from tests.commands import Rr

ROOT = Path(__file__).parents[3]


def leaves(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for child, value in command.commands.items():
            yield from leaves(value, f"{name} {child}".strip())
    else:
        yield name, command


LEAVES = dict(leaves(typer.main.get_command(cli.app)))
COMMANDS = list(LEAVES)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(rr: Rr, command: str) -> None:
    text = rr(*command.split(), "--help").stdout
    assert f"rr {command} " in text.split("Example:")[1]
    assert "[bold]" not in text


def test_paragraphs_fill_the_width_of_the_terminal(rr: Rr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 80)
    assert (
        "agenticir-like. To make your own, save the output to a file"
        in rr("recipe", "--help").stdout
    )


def test_lines_break_between_choices_and_not_within(
    rr: Rr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 80)
    for name, command in LEAVES.items():
        choices = {
            str(choice) for one in command.params for choice in one.type_descriptor.choices or ()
        }
        if choices:
            text = rr(*name.split(), "--help").stdout
            assert [choice for choice in choices if not re.search(rf"\b{choice}\b", text)] == []


def test_the_commands_are_these() -> None:
    wanted = {"diagnose", "restore", "synthesize", "annotate", "evaluate", "pipeline"}
    assert wanted | {"train reasoner", "train restorer"} <= set(COMMANDS)


def test_help_answers_without_the_heavy_imports() -> None:
    code = (
        "import sys; sys.argv = ['rr', '--help']\n"
        "from flows.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'torch', 'prefect', 'cv2'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert "Start here: rr diagnose PHOTO and rr restore FOLDER RESTORED" in shown
    assert shown.endswith("[]\n")
