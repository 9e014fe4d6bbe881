"""What SECURITY.md and docs/THREATS.md say of this repository is true of its files."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
THREATS = (ROOT / "docs" / "THREATS.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([\w./]+(?:\.py|/))`", THREATS.partition("## What is not promised")[0])
FOLDERS = (ROOT, ROOT / "rr_tasks", ROOT / "tests", ROOT / "tests" / "rr_tasks")


@pytest.mark.parametrize("path", sorted({*NAMED} - {"rr_tasks/", "tests/", "tests/rr_tasks/"}))
def test_what_keeps_a_promise_is_where_it_is_said_to_be(path: str) -> None:
    assert any((folder / path).exists() for folder in FOLDERS)


def test_every_exception_from_the_rules_of_bandit_says_why() -> None:
    for folder in ("flows", "infra", "rr_tasks", "schemas"):
        for file in (ROOT / folder).rglob("*.py"):
            for line in file.read_text(encoding="utf-8").splitlines():
                exception = re.search(r"# noqa: (?:\w+, )*S\d+(?P<why>.*)", line)
                assert exception is None or re.search(r" - \w+", exception["why"]), (file, line)
