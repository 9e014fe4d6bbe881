"""The pages of the documentation, and the commands that they show."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    page for folder in ("*.md", "docs/*.md", "infra/**/*.md") for page in ROOT.glob(folder)
)

_SCRIPT = re.compile(
    r"^```sh\n(.*?)^```|^ {4}((?:rr|python|pip) [^\n]*)$", re.DOTALL | re.MULTILINE
)
_SPAN = re.compile(r"`([^`\n]+)`")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_ASSIGNMENT = re.compile(r"\w+=")
_KEYWORDS = {"do", "done", "for", "export"}


def name_page(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def read_spans(page: Path) -> list[str]:
    """What a page has between single backticks."""
    return _SPAN.findall(_FENCED.sub("", page.read_text(encoding="utf-8")))


def read_statements(page: Path) -> Iterator[list[str]]:
    """The words of each command in the scripts of a page, without what the shell itself does."""
    for fenced, indented in _SCRIPT.findall(page.read_text(encoding="utf-8")):
        for line in (fenced or indented).replace("\\\n", " ").splitlines():
            yield from _split(line)


def _split(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";|&()<>")
    lexer.whitespace_split = True
    words = [*lexer, ";"]
    statement: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if before in {"<", ">"}:  # a file
            continue
        if set(word) <= set(";|&()<>"):
            if statement and statement[0] not in _KEYWORDS:
                yield statement
            statement = []
        elif statement or not _ASSIGNMENT.match(word):
            statement.append(word)
