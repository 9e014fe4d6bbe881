import os
import subprocess
import sys

import pytest

from rr_tasks.storage.process import SIGN, is_gone, sign
from tests.kills import dead_sign


def test_a_process_knows_itself_alive() -> None:
    assert SIGN.fullmatch(sign())
    assert not is_gone(sign())


def test_another_process_of_this_machine_has_the_same_sign_but_its_number() -> None:
    code = "from rr_tasks.storage.process import sign; print(sign())"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        said = other.stdout.read().strip()
    assert said == f"{sign().rpartition('-')[0]}-{other.pid}"
    assert is_gone(said)


def test_a_killed_process_is_gone() -> None:
    assert is_gone(dead_sign())


def test_what_belongs_to_another_user_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert not is_gone(dead_sign())


@pytest.mark.parametrize("writer", ["", "film", "01234567-1x", "01234567-0", "01234567--1"])
def test_nothing_is_known_of_what_is_no_sign(writer: str) -> None:
    assert not is_gone(writer)


def test_nothing_is_known_of_processes_elsewhere() -> None:
    number = dead_sign().rpartition("-")[2]
    assert not is_gone(f"{'0' * 8}-{number}")
    assert is_gone(f"{sign().rpartition('-')[0]}-{'9' * 30}")  # no system has such numbers
