"""A reasoner behind a server goes through the stages that ask models."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from flows import cli
from flows.restore import restore
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner import load, teacher
from schemas.archive import LedgerRow, RestoreParameters
from schemas.remote import RemoteReasonerChoice
from schemas.usage import Prices
from tests.commands import only_error
from tests.openai_server import Served, serving, status
from tests.rows import read_rows

Rr = Callable[..., Result]
KEY = "sk-not-for-anybody"


@pytest.fixture
def service() -> Iterator[Served]:
    with serving() as served:
        served.key = KEY
        yield served


@pytest.fixture
def rr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rr:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def run(*arguments: object, code: int = 0) -> Result:
        load._load_remote.cache_clear()  # as a new process would begin
        teacher._load.cache_clear()
        words = [str(argument) for argument in arguments]
        result = CliRunner().invoke(cli.app, words, env={"COLUMNS": "160"})
        assert result.exit_code == code, result.output
        assert KEY not in result.output
        return result

    return run


def last_line(result: Result) -> str:
    return result.stdout.splitlines()[-1]


def test_annotations_are_resumed_without_asking_twice(
    rr: Rr, service: Served, dataset: str, tmp_path: Path
) -> None:
    asked = ("annotate", dataset, "--reasoner", service.url, "--reasoner-model", "toy")
    first = Path(last_line(rr(*asked, "--output", tmp_path / "first")))
    paid = len(service.asked)
    assert paid == 1 + 48
    (first / "00001.done.json").unlink()
    rr(*asked, "--output", tmp_path / "first")
    second = Path(last_line(rr(*asked, "--output", tmp_path / "second")))
    assert len(service.asked) == paid
    assert (second / "00001.tar").read_bytes() == (first / "00001.tar").read_bytes()
    identity = json.loads((first / "spec.json").read_text())["reasoner"]
    assert (identity["kind"], identity["model"]) == ("remote", "toy")
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in content for content in written)


def test_tokens_and_cost_are_told(rr: Rr, service: Served, dataset: str, tmp_path: Path) -> None:
    choice = tmp_path / "priced.json"
    prices = {"prompt": 1000.0, "completion": 0.0}
    choice.write_text(
        json.dumps({"kind": "remote", "url": service.url, "model": "toy", "prices": prices})
    )
    told = rr("annotate", dataset, "--reasoner", choice, "--output", tmp_path)
    assert "48 answers took 4,800 tokens to read" in told.output
    assert "4.80 at the prices given" in told.output
    assert sum(read_rows(last_line(told))["cost"]) == pytest.approx(4.8)


def test_a_photograph_without_an_answer_stops_nothing(
    rr: Rr, service: Served, dataset: str, tmp_path: Path
) -> None:
    def refuse_some(image: Bytes) -> object:
        return status(400) if int(image.sum()) % 5 == 0 else None

    service.fails_on = refuse_some  # type: ignore[assignment]
    told = rr(
        *("annotate", dataset, "--reasoner", service.url, "--reasoner-model", "toy"),
        *("--output", tmp_path),
        code=1,
    )
    rows = read_rows(next(line for line in told.stdout.splitlines() if "annotations-" in line))
    failed = rows.filter(status="failed")
    assert 0 < len(failed) < 48
    assert set(failed["error"].str.slice(0, 34)) == {"the server fails on it: status 400"}


def test_a_described_data_set_is_exported_with_its_scenes(
    rr: Rr, service: Served, dataset: str, tmp_path: Path
) -> None:
    service.write = lambda *_: '{"description": "A harbour.", "objects": []}'
    described = last_line(
        rr(
            *("describe", dataset, "--teacher", service.url, "--teacher-model", "toy"),
            *("--output", tmp_path),
        )
    )
    chats = tmp_path / "chats"
    rr("export", "messages", dataset, chats, "--annotations", described, "--licence", "CC0-1.0")
    for line in (chats / "messages.jsonl").read_text().splitlines():
        document = json.loads(line)
        answer = json.loads(document["messages"][1]["content"])
        assert answer["scene"]["description"] == "A harbour."
        assert document["learned_from"] == 0
        assert document["licence"] == "CC0-1.0"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--reasoner", "http://here/v1"), "--reasoner-model names the model to ask"),
        (("--reasoner-model", "toy"), "--reasoner-model names the model to ask"),
        (("--reasoner", "missing.json"), "missing.json: cannot be read"),
        (("--reasoner", "wrong.json"), "wrong.json: remote.url: Field required"),
        (("--reasoner", "http://me:secret@here/v1", "--reasoner-model", "m"), "must not hold keys"),
    ],
)
def test_a_choice_that_makes_no_sense_is_one_line(
    rr: Rr,
    dataset: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.json").write_text('{"kind": "remote", "model": "toy"}')
    result = rr("annotate", dataset, *arguments, code=2)
    assert said in " ".join(result.output.split())
    assert "secret" not in result.output


def test_a_wrong_key_is_one_line_before_any_work(
    rr: Rr, service: Served, dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.key = "another"
    result = rr(
        *("annotate", dataset, "--reasoner", service.url, "--reasoner-model", "toy"),
        *("--output", tmp_path / "out"),
        code=1,
    )
    assert "environment variable OPENAI_API_KEY" in only_error(result)
    assert not (tmp_path / "out").exists()


def test_the_ledger_of_an_archive_says_what_answers_took(
    rr: Rr, service: Served, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    texture = np.random.default_rng(0).integers(60, 200, (12, 16, 3), np.uint8)
    cv2.imwrite(str(archive / "a.png"), cv2.resize(texture, (96, 72)))
    prices = Prices(prompt=1e6, completion=0.0)
    choice = RemoteReasonerChoice(url=service.url, model="toy", prices=prices)
    settings = RestoreParameters(input=str(archive), output=str(tmp_path / "out"), reasoner=choice)
    summary = restore(settings)
    (ledger,) = (tmp_path / "out" / "_rr" / "ledger").glob("*.jsonl")
    (row,) = (LedgerRow.model_validate_json(line) for line in ledger.read_text().splitlines())
    assert row.usage is not None
    assert row.usage.prompt_tokens == 100 * len(service.about_photographs) > 0
    assert summary.usage == row.usage
    assert row.usage.cost == row.usage.prompt_tokens
    said = f"took {row.usage.prompt_tokens} tokens to read and"
    assert said in (tmp_path / "out" / "_rr" / "report.html").read_text()
