"""One run makes a file, the others leave it alone; the dead are not waited for."""

import json
import pickle
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rr_tasks.storage import claim as claims
from rr_tasks.storage import held as helds
from rr_tasks.storage.claim import claim, claim_in_turn, make_unless_held
from rr_tasks.storage.failure import UnreachableStorageError
from rr_tasks.storage.files import exists, join, list_files, publish_bytes, read_bytes, remove
from rr_tasks.storage.held import LEASE, Held, HeldError, claim_url, see
from rr_tasks.storage.process import sign
from schemas.claim import Claim
from tests.kills import dead_sign
from tests.s3 import S3

ELSEWHERE = "00000000-1-1-1"
LOOK = 50.0


@pytest.fixture(params=["local", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        s3: S3 = request.getfixturevalue("s3")
        return join(s3.url, "data", "00012.done.json")
    root = str(tmp_path) if request.param == "local" else f"memory://{tmp_path.name}"
    return join(root, "data", "00012.done.json")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    made = Clock()
    monkeypatch.setattr(helds, "time", made)
    monkeypatch.setattr(helds, "_LOOK", LOOK)
    return made


class Clock:
    """Time passes only while somebody sleeps; `meanwhile` says what else happens then."""

    def __init__(self) -> None:
        self.now, self.meanwhile = 0.0, lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.meanwhile()


def put_claim(url: str, writer: str, renewals: int = 0, lease: float = LEASE) -> None:
    content = {"host": "attic", "writer": writer, "token": "1", "renewals": renewals}
    publish_bytes(json.dumps({**content, "lease": lease}).encode(), claim_url(url))


def test_a_claim_is_hidden_and_names_its_owner(url: str) -> None:
    with claim(url):
        content = json.loads(read_bytes(claim_url(url)))
        assert content["writer"] == sign()
        publish_bytes(b"", url)
        assert [found.rsplit("/", 1)[-1] for found in list_files(url.rpartition("/")[0])] == [
            "00012.done.json"
        ]
    assert not exists(claim_url(url))


def test_who_comes_second_is_told_who_was_first(url: str) -> None:
    with claim(url):
        with pytest.raises(HeldError, match=r"00012\.done\.json: is being made by another run on"):
            claim(url).__enter__()
        assert exists(claim_url(url))
    with claim(url):
        pass


def test_a_claim_ends_when_the_work_fails(url: str) -> None:
    with pytest.raises(ZeroDivisionError), claim(url):
        1 / 0  # noqa: B018
    assert not exists(claim_url(url))


def test_a_claim_that_cannot_be_released_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(url: str) -> None:
        raise UnreachableStorageError(url)

    monkeypatch.setattr(claims, "remove", fail)
    with pytest.raises(ZeroDivisionError), claim(str(tmp_path / "a")):
        1 / 0  # noqa: B018


def test_of_many_at_once_one_works(url: str) -> None:
    if url.startswith("memory:"):
        pytest.skip("it is for one thread")
    together, done = threading.Barrier(6), threading.Barrier(6)

    def work(_: int) -> bool:
        together.wait()
        try:
            with claim(url):
                done.wait()
                return True
        except HeldError:
            done.wait()
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(6))) == 1
    assert not exists(claim_url(url))


def test_the_claim_of_a_dead_process_of_this_machine_is_taken_at_once(url: str) -> None:
    put_claim(url, dead_sign())
    with claim(url):
        assert json.loads(read_bytes(claim_url(url)))["writer"] == sign()


def test_a_claim_of_another_machine_is_respected_until_it_has_not_changed_for_long(
    url: str, clock: Clock
) -> None:
    put_claim(url, ELSEWHERE)
    held = make_unless_held(claim(url).__enter__)
    assert isinstance(held, Held)
    assert held.owner == "another run on attic (process 1)"
    held.wait()
    assert LEASE < clock.now <= LEASE + LOOK
    assert not exists(claim_url(url))


def test_a_claim_that_is_renewed_is_waited_for(url: str, clock: Clock) -> None:
    put_claim(url, ELSEWHERE)
    held = make_unless_held(claim(url).__enter__)
    assert isinstance(held, Held)

    def renew() -> None:
        if clock.now <= 500:
            put_claim(url, ELSEWHERE, int(clock.now))

    clock.meanwhile = renew
    held.wait()
    assert 500 + LEASE < clock.now <= 500 + LEASE + LOOK


@pytest.mark.parametrize("end", ["released", "made", "died"])
def test_waiting_ends_with_the_work(url: str, clock: Clock, end: str) -> None:
    put_claim(url, ELSEWHERE)
    held = Held(url, read_bytes(claim_url(url)))
    ends: dict[str, Callable[[], Any]] = {
        "released": lambda: remove(claim_url(url)),
        "made": lambda: publish_bytes(b"", url),
        "died": lambda: put_claim(url, dead_sign()),
    }
    clock.meanwhile = ends[end]
    held.wait()
    assert clock.now == LOOK
    assert not exists(claim_url(url))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"host": "att'])
def test_a_damaged_claim_holds_for_a_lease(tmp_path: Path, clock: Clock, content: bytes) -> None:
    url = str(tmp_path / "a")
    publish_bytes(content, claim_url(url))
    held = make_unless_held(claim(url).__enter__)
    assert isinstance(held, Held)
    assert held.owner == "another run"
    held.wait()
    assert clock.now > LEASE


def test_a_claim_is_renewed_while_the_work_lasts(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "RENEWAL", 0.01)
    with claim(url):
        first = read_bytes(claim_url(url))
        while (content := read_bytes(claim_url(url))) == first:
            time.sleep(0.01)
        assert json.loads(content)["token"] == json.loads(first)["token"]
    assert not exists(claim_url(url))


def test_who_has_lost_a_claim_leaves_the_new_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "RENEWAL", 0.0)
    url = str(tmp_path / "a")
    put_claim(url, ELSEWHERE)
    taken = read_bytes(claim_url(url))
    claims._renew(claim_url(url), Claim(host="here", writer=sign(), token="lost"), Event())
    assert read_bytes(claim_url(url)) == taken


def test_a_claim_that_another_run_took_is_not_removed_at_the_end(tmp_path: Path) -> None:
    url = str(tmp_path / "a")
    with claim(url):
        put_claim(url, ELSEWHERE)
    assert json.loads(read_bytes(claim_url(url)))["writer"] == ELSEWHERE


def test_another_process_goes_on_counting_how_long_a_claim_has_not_changed(
    url: str, clock: Clock
) -> None:
    put_claim(url, ELSEWHERE)
    clock.now = 10 * LEASE
    held = Held(url, read_bytes(claim_url(url)))
    clock.now += 3.0
    sent = pickle.dumps(held)
    clock.now = 0.0  # of a machine that was started just now
    held = pickle.loads(sent)
    assert held.owner == "another run on attic (process 1)"
    clock.now = LEASE - 3.5
    assert not held.is_over()
    clock.now = LEASE - 2.5
    assert held.is_over()


def test_people_are_told_until_when_a_dead_run_is_waited_for(url: str) -> None:
    put_claim(url, ELSEWHERE, lease=3600.0)
    before = datetime.now().replace(microsecond=0)
    with pytest.raises(HeldError) as caught:
        claim(url).__enter__()
    held = caught.value.held
    ends = {before + timedelta(seconds=3600 + late) for late in range(-2, 10)}
    assert held.until in {f"{end:%H:%M:%S}" for end in ends}
    assert held.until in str(caught.value)
    assert held.wait_in_words == f"waiting, but only until {held.until} if that run has died."


def test_an_old_claim_in_object_storage_is_over_at_first_sight(s3: S3) -> None:
    """Its age is known from the service, so nobody has to watch it for a lease."""
    url = join(s3.url, "data", "00012.done.json")
    put_claim(url, ELSEWHERE, lease=2.0)
    put_claim(f"{url}-2", ELSEWHERE)
    time.sleep(3.5)  # the service counts in whole seconds
    seen, other = see(claim_url(url)), see(claim_url(f"{url}-2"))
    assert seen is not None
    assert seen.is_over()
    assert other is not None
    assert not other.is_over()
    with claim(url):
        assert json.loads(read_bytes(claim_url(url)))["writer"] == sign()


def test_a_claim_of_an_older_release_has_the_lease_that_it_was_made_with(tmp_path: Path) -> None:
    url = str(tmp_path / "a")
    publish_bytes(b'{"host": "attic", "writer": "00000000-1", "token": "1"}', claim_url(url))
    held = see(claim_url(url))
    assert held is not None
    assert held.owner == "another run on attic"
    assert Claim.model_validate_json(read_bytes(claim_url(url))).lease == 180.0


def test_runs_take_turns(url: str, clock: Clock) -> None:
    put_claim(url, ELSEWHERE)
    waited: list[str] = []
    clock.meanwhile = lambda: remove(claim_url(url))
    with claim_in_turn(url, lambda held: waited.append(held.owner)):
        assert json.loads(read_bytes(claim_url(url)))["writer"] == sign()
        assert waited == ["another run on attic (process 1)"]
    assert not exists(claim_url(url))


def test_a_claim_that_this_process_could_not_remove_is_taken_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(url: str) -> None:
        raise UnreachableStorageError(url)

    with monkeypatch.context() as broken:
        broken.setattr(claims, "remove", fail)
        with claim(url):
            pass
    assert exists(claim_url(url))
    with claim(url):
        pass
    assert not exists(claim_url(url))
