import os
import subprocess
import sys
import time

import pytest

from rr_tasks.storage.process import SIGN, is_gone, is_here, sign, sign_of
from tests.kills import dead_sign


def test_a_process_knows_itself_alive() -> None:
    assert SIGN.fullmatch(sign())
    assert not is_gone(sign())


def test_another_process_of_this_machine_has_its_own_number_and_start() -> None:
    code = "from rr_tasks.storage.process import sign; print(sign())"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        said = other.stdout.read().strip()
    ours, theirs = SIGN.fullmatch(sign()), SIGN.fullmatch(said)
    assert ours
    assert theirs
    assert theirs.group("machine", "space") == ours.group("machine", "space")
    assert theirs["process"] == str(other.pid)
    assert is_here(said)
    assert is_gone(said)


def test_a_killed_process_is_gone() -> None:
    assert is_gone(dead_sign())


def test_what_belongs_to_another_user_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert not is_gone(dead_sign())


@pytest.mark.parametrize(
    "writer", ["", "film", "01234567-1", "01234567-1-1-1x", "01234567-1-0-1", "01234567-1--1-1"]
)
def test_nothing_is_known_of_what_is_no_sign(writer: str) -> None:
    assert not is_gone(writer)


def test_nothing_is_known_of_processes_elsewhere() -> None:
    machine, space, number, start = dead_sign().split("-")
    assert not is_gone(f"{'0' * 8}-{space}-{number}-{start}")
    assert not is_gone(f"{machine}-1-{number}-{start}")
    assert is_here(f"{machine}-1-{number}-{start}")
    assert is_gone(f"{machine}-{space}-{'9' * 30}-{start}")  # no system has such numbers


def test_who_had_the_number_of_a_living_process_before_it_is_gone() -> None:
    machine, space, number, start = sign().split("-")
    assert is_gone(f"{machine}-{space}-{number}-{int(start) - 1}")


def test_who_has_ended_is_gone_although_its_parent_has_not_noticed() -> None:
    with subprocess.Popen(["true"]) as process:
        sign_of_it = sign_of(process.pid)
        while not is_gone(sign_of_it):
            time.sleep(0.01)
        assert process.returncode is None
