"""Imports run one way, and only the flows and the task wrappers know Prefect."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path for package in ("flows", "rr_tasks", "schemas") for path in (ROOT / package).rglob("*.py")
)


def imported(path: Path) -> set[str]:
    """Top-level names of everything a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_the_contracts_of_the_import_linter_hold() -> None:
    """In a process of its own, because the linter silences all loggers of the one it runs in."""
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", lint, "--no-cache", "--no-logo"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prefect_is_known_to_flows_and_task_wrappers_alone(path: Path) -> None:
    place = path.relative_to(ROOT)
    if place.parts[0] != "flows" and place.name != "tasks.py":
        assert "prefect" not in imported(path)


def test_modules_of_tasks_hold_tasks() -> None:
    wrappers = [
        path for path in MODULES if path.name == "tasks.py" and path.parent.name != "rr_tasks"
    ]
    assert len(wrappers) >= 5
    assert all(re.search(r"^@(shard_)?task\(", path.read_text(), re.M) for path in wrappers)
