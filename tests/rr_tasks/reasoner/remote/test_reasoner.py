import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.protocol import Answer, Reasoner, Unparsed
from rr_tasks.reasoner.question import SCENE
from rr_tasks.reasoner.remote.failure import RefusingServerError, UnavailableServerError
from rr_tasks.reasoner.remote.model import RemoteModel
from rr_tasks.reasoner.remote.reasoner import RemoteReasoner
from rr_tasks.reasoner.remote.size import LARGEST
from rr_tasks.reasoner.usage import metering
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.remote import RemoteReasonerChoice
from schemas.usage import Prices
from tests.openai_server import Served, body, serving, status, write_anything

KEY = "sk-not-for-anybody"
DARK = 20


@pytest.fixture
def server() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def choice(server: Served, tmp_path: Path) -> RemoteReasonerChoice:
    return RemoteReasonerChoice(
        url=server.url, model="toy", concurrency=4, timeout_s=2, retries=1, cache=str(tmp_path)
    )


def photographs(count: int) -> list[Bytes]:
    rng = np.random.default_rng(count)
    return [rng.integers(DARK, 255, (40, 48, 3), np.uint8) for _ in range(count)]


def priors(answers: list[Answer]) -> list[DiagnosticPrior]:
    return [one for one in answers if isinstance(one, DiagnosticPrior)]


def is_dark(image: Bytes) -> bool:
    return bool(image.mean() < DARK)


def test_each_photograph_gets_the_answer_about_it(
    server: Served, choice: RemoteReasonerChoice
) -> None:
    reasoner: Reasoner = RemoteReasoner(choice)
    images = photographs(6)
    found = priors(reasoner.diagnose_all(images))
    assert len(found) == 6
    assert [reasoner.diagnose_all([image]) for image in images] == [[one] for one in found]
    assert {(one.image.width, one.image.height) for one in found} == {(48, 40)}
    provenance = found[0].provenance
    assert (provenance.source, provenance.prompt_version) == ("reasoner", "2")
    assert provenance.author == "remote toy"
    asked = server.about_photographs[0]
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert asked["temperature"] == 0


def test_a_restart_asks_nothing_twice(server: Served, choice: RemoteReasonerChoice) -> None:
    images = photographs(5)
    first = RemoteReasoner(choice).diagnose_all(images)
    asked = len(server.asked)
    assert asked == 6  # one of them: does it honour schemas?
    with metering() as meter:
        again = RemoteReasoner(choice).diagnose_all(images)
    assert again == first
    assert len(server.asked) == asked
    assert all(meter.of(image) for image in images)


@pytest.mark.parametrize(
    "change", [{"model": "other"}, {"temperature": 0.5}, {"seed": 3}, {"revision": "2"}]
)
def test_other_settings_are_asked_anew_and_are_another_reasoner(
    server: Served, choice: RemoteReasonerChoice, change: dict[str, Any]
) -> None:
    images = photographs(2)
    first = RemoteReasoner(choice)
    first.diagnose_all(images)
    server.model = change.get("model", "toy")
    asked = len(server.about_photographs)
    second = RemoteReasoner(choice.model_copy(update=change))
    second.diagnose_all(images)
    assert len(server.about_photographs) == asked + 2
    assert second.identity.fingerprint != first.identity.fingerprint


def test_how_it_is_reached_is_no_part_of_the_identity(
    server: Served, choice: RemoteReasonerChoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = RemoteReasoner(choice).identity
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    elsewhere = choice.model_copy(update={"concurrency": 2, "timeout_s": 9.0})
    assert RemoteReasoner(elsewhere).identity == first
    assert server.url not in first.model_dump_json()


def test_requests_are_under_way_at_the_same_time_but_not_too_many(
    server: Served, choice: RemoteReasonerChoice
) -> None:
    server.gathers = 4
    RemoteReasoner(choice).diagnose_all(photographs(12))
    assert server.most_at_once == 4


def test_the_server_is_asked_again_when_it_says_so(
    server: Served, choice: RemoteReasonerChoice
) -> None:
    server.faults.extend([status(429, retry_after="0.05"), status(503, retry_after="0.05")])
    assert len(priors(RemoteReasoner(choice).diagnose_all(photographs(3)))) == 3
    assert len(server.about_photographs) == 5


def test_an_end_of_the_server_stops_the_job_and_costs_nothing(
    server: Served, choice: RemoteReasonerChoice
) -> None:
    images = photographs(3)
    reasoner = RemoteReasoner(choice.model_copy(update={"retries": 0}))
    answered = reasoner.diagnose_all(images[:2])
    server.model = "gone"
    with pytest.raises(RefusingServerError, match="no such model"):
        reasoner.diagnose_all(images)
    server.model = "toy"
    asked = len(server.about_photographs)
    assert reasoner.diagnose_all(images)[:2] == answered
    assert len(server.about_photographs) == asked + 1


def test_a_server_that_cannot_be_reached_is_named(choice: RemoteReasonerChoice) -> None:
    with serving() as gone:
        there = choice.model_copy(update={"url": gone.url, "retries": 0})
        reasoner = RemoteReasoner(there)
    with pytest.raises(UnavailableServerError, match=r"toy at http://127.* cannot be reached"):
        reasoner.diagnose_all(photographs(1))


def test_too_many_requests_stop_the_job(server: Served, choice: RemoteReasonerChoice) -> None:
    server.fails_on = lambda _: status(429, retry_after="0.01")
    with pytest.raises(UnavailableServerError, match="too many requests"):
        RemoteReasoner(choice).diagnose_all(photographs(1))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(400), "status 400, .*fault 400"),
        (status(500, retry_after="0.01"), "status 500"),
        (body(b'{"choices": [{"mess'), "not JSON"),
        (body(b'"nonsense"'), "no chat completion"),
        (body(b"{}"), "no chat completion"),
        (body(b" " * LARGEST + b"{}"), "more than 1,048,576 bytes"),
        (body(gzip.compress(b"{}"), content_encoding="gzip"), "compressed"),
    ],
)
def test_one_photograph_that_the_server_fails_on_costs_no_other_its_answer(
    server: Served, choice: RemoteReasonerChoice, fault: Any, reason: str
) -> None:
    server.fails_on = lambda image: fault if is_dark(image) else None
    first, bad, last = photographs(3)
    bad = bad // 16
    answers = RemoteReasoner(choice).diagnose_all([first, bad, last])
    assert len(priors(answers)) == 2
    assert isinstance(answers[1], Unparsed)
    assert re.search(reason, answers[1].reason)


def test_a_photograph_that_takes_too_long_costs_no_other_its_answer(
    server: Served, choice: RemoteReasonerChoice
) -> None:
    server.hangs_on = is_dark
    first, bad = photographs(2)
    hasty = choice.model_copy(update={"timeout_s": 0.3, "retries": 0})
    answers = RemoteReasoner(hasty).diagnose_all([first, bad // 16])
    assert isinstance(answers[0], DiagnosticPrior)
    assert answers[1] == Unparsed("the server fails on it: it does not answer in time")


def test_wrong_answers_are_kept_with_the_reason_and_not_asked_again(
    server: Served, choice: RemoteReasonerChoice
) -> None:
    server.write = lambda image, prompt, schema: (
        '{"scene": 1}' if is_dark(image) else write_anything(image, prompt, schema)[:-30]
    )
    first, bad = photographs(2)
    reasoner = RemoteReasoner(choice)
    answers = reasoner.diagnose_all([first, bad // 16])
    assert isinstance(answers[0], Unparsed)
    assert answers[0].reason.startswith("no whole JSON object")
    assert answers[1] == Unparsed("it lacks reasoning, haze, blur, rain, noise", '{"scene": 1}')
    asked = len(server.asked)
    assert reasoner.diagnose_all([first, bad // 16]) == answers
    assert len(server.asked) == asked


def test_a_server_that_ignores_schemas_is_shown_them_in_the_prompt(
    server: Served, choice: RemoteReasonerChoice
) -> None:
    server.honours = False
    server.write = lambda *asked: f"```json\n{write_anything(*asked)}\n```"
    reasoner = RemoteReasoner(choice)
    assert len(priors(reasoner.diagnose_all(photographs(3)))) == 3
    assert reasoner.identity.decoding["constrained"] is False
    (asked, *_) = server.about_photographs
    assert "response_format" not in asked
    assert "transmission" in asked["messages"][0]["content"][1]["text"]


def test_a_server_is_asked_once_whether_it_honours_schemas(
    server: Served, choice: RemoteReasonerChoice
) -> None:
    for _ in range(3):
        assert RemoteReasoner(choice).identity.decoding["constrained"] is True
    assert len(server.asked) == 1
    server.model = "another"
    server.honours = False
    other = RemoteReasoner(choice.model_copy(update={"model": "another"}))
    assert other.identity.decoding["constrained"] is False


def test_the_key_is_in_the_environment_and_nowhere_else(
    server: Served,
    choice: RemoteReasonerChoice,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.key = KEY
    monkeypatch.setenv("MY_KEY", "sk-wrong-one")
    mine = choice.model_copy(update={"key_variable": "MY_KEY"})
    with pytest.raises(RefusingServerError, match="environment variable MY_KEY") as refused:
        RemoteReasoner(mine)
    assert "sk-" not in str(refused.value)
    monkeypatch.setenv("MY_KEY", KEY)
    reasoner = RemoteReasoner(mine)
    assert priors(reasoner.diagnose_all(photographs(1)))
    assert KEY not in reasoner.identity.model_dump_json() + mine.model_dump_json()
    kept = [path.read_text() for path in tmp_path.rglob("*.json")]
    assert len(kept) == 2
    assert not any(KEY in text for text in kept)


def test_severities_are_those_of_the_answers(server: Served, choice: RemoteReasonerChoice) -> None:
    server.write = lambda image, prompt, schema: (
        "?" if is_dark(image) else write_anything(image, prompt, schema)
    )
    images = photographs(3)
    images[1] = images[1] // 16
    reasoner = RemoteReasoner(choice)
    rows = reasoner.expected_severities(images)
    assert rows.shape == (3, 4)
    for row, found in zip(rows, reasoner.diagnose_all(images), strict=True):
        if isinstance(found, Unparsed):
            assert np.isnan(row).all()
        else:
            assert list(row) == [found.finding(name).severity for name in DEGRADATIONS]
    assert reasoner.expected_severities([]).shape == (0, 4)


def test_tokens_and_costs_are_recorded(server: Served, choice: RemoteReasonerChoice) -> None:
    images = photographs(2)
    priced = choice.model_copy(update={"prices": Prices(prompt=1.0, completion=10.0)})
    with metering() as meter:
        RemoteReasoner(priced).diagnose_all(images)
    for image in images:
        usage = meter.of(image)
        assert usage is not None
        assert usage.prompt_tokens == 100
        assert usage.cost == pytest.approx((100 + 10 * usage.completion_tokens) / 1e6)
    assert meter.of(photographs(1)[0]) is None


def test_a_large_photograph_is_shrunk(server: Served, choice: RemoteReasonerChoice) -> None:
    sizes: list[tuple[int, ...]] = []

    def write(image: Bytes, prompt: str, schema: Any) -> str:
        sizes.append(image.shape)
        return write_anything(image, prompt, schema)

    server.write = write
    large = np.full((400, 900, 3), 99, np.uint8)
    small = choice.model_copy(update={"most_pixels": 10_000})
    (found,) = RemoteReasoner(small).diagnose_all([large])
    assert isinstance(found, DiagnosticPrior)
    assert (found.image.width, found.image.height) == (900, 400)
    assert sizes == [(66, 150, 3)]


def test_a_model_answers_other_questions(server: Served, choice: RemoteReasonerChoice) -> None:
    model = RemoteModel(choice)
    texts = model.write_all(photographs(2), SCENE)
    assert [set(json.loads(str(text))) for text in texts] == [{"description", "objects"}] * 2
    assert model.identify(SCENE).prompt_version == "scene-1"
