import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rr_tasks.evaluation import champion
from rr_tasks.evaluation.champion import (
    DamagedLedgerError,
    NothingBeforeError,
    find_champion,
    find_rejection,
    go_back,
    ledger_url,
    promote,
    read_history,
    refuse,
    weights_in_use,
)
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.files import join, publish_bytes, read_bytes
from rr_tasks.weights.file import hash_weights, locate_shipped
from schemas.promotion import Promotion, Verdict
from schemas.restorer import EdgeRestorerChoice, QwenRestorerChoice, RestorerChoice
from tests.s3 import S3

BETTER = Verdict(promoted=True, reason="promoted: better", champion_psnr=25.0, candidate_psnr=26.0)
SHIPPED = locate_shipped("edge-restorer")
EDGE = EdgeRestorerChoice()


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    s3: S3 = request.getfixturevalue("s3")
    return s3.url


def candidate(root: str, content: bytes) -> EdgeRestorerChoice:
    url = join(root, f"{content.decode()}.safetensors")
    publish_bytes(content, url)
    return EdgeRestorerChoice(weights=url)


def in_use(champions: str) -> bytes:
    weights = find_champion(champions, EDGE).weights  # type: ignore[union-attr]
    return read_bytes(weights or SHIPPED)


def actions(champions: str) -> list[str]:
    return [row.action for row in read_history(champions, "edge")]


def test_promotions_are_taken_back_one_after_the_other(root: str) -> None:
    champions = join(root, "champions")
    assert find_champion(champions, EDGE) == EdgeRestorerChoice(weights=SHIPPED)
    first, second = candidate(root, b"first"), candidate(root, b"second")
    for one, content in ((first, b"first"), (second, b"second")):
        restorer = promote(one, champions, BETTER, "looks good")
        assert restorer == find_champion(champions, EDGE)
        assert in_use(champions) == content
    publish_bytes(b"trained again", first.weights or "")  # a copy is kept
    assert go_back(champions, "edge", "it hums") == find_champion(champions, EDGE)
    assert in_use(champions) == b"first"
    go_back(champions, "edge")
    assert in_use(champions) == read_bytes(SHIPPED)
    with pytest.raises(NothingBeforeError, match=r"edge-restorer\.jsonl: names no promotion"):
        go_back(champions, "edge")
    assert in_use(champions) == read_bytes(SHIPPED)
    promote(second, champions, BETTER)
    go_back(champions, "edge")
    assert in_use(champions) == read_bytes(SHIPPED)


def test_the_ledger_says_who_was_in_use_when_and_why(tmp_path: Path) -> None:
    champions, one = str(tmp_path / "champions"), candidate(str(tmp_path), b"one")
    promote(one, champions, BETTER, "looks good")
    go_back(champions, "edge", "it hums")
    promoted, back = read_history(champions, "edge")
    assert (promoted.action, promoted.restorer, promoted.verdict) == ("promoted", one, BETTER)
    assert promoted.before == back.in_use == hash_weights(SHIPPED)
    assert promoted.in_use == promoted.candidate == back.before == hash_weights(one.weights or "")
    assert (promoted.note, back.action, back.note) == ("looks good", "back", "it hums")
    assert promoted.at <= back.at
    assert promoted.at.endswith("+00:00")


def test_a_refusal_changes_nothing_and_is_remembered(tmp_path: Path) -> None:
    champions = str(tmp_path / "champions")
    first, second = candidate(str(tmp_path), b"first"), candidate(str(tmp_path), b"second")
    refuse(second, champions, BETTER, "too sharp")
    assert find_champion(champions, EDGE) == EdgeRestorerChoice(weights=SHIPPED)
    promote(first, champions, BETTER)
    refuse(second, champions, BETTER, "too sharp")
    assert in_use(champions) == b"first"
    assert find_rejection(first, champions) is None
    found = find_rejection(second, champions)
    assert found is not None
    assert found.note == "too sharp"
    go_back(champions, "edge")
    assert in_use(champions) == read_bytes(SHIPPED)
    assert actions(champions) == ["refused", "promoted", "refused", "back"]
    taken_back = find_rejection(first, champions)
    assert taken_back is not None
    assert taken_back.action == "back"
    promote(first, champions, BETTER)
    assert find_rejection(first, champions) is None


def writes(monkeypatch: pytest.MonkeyPatch, allowed: int) -> None:
    """Let only so many files be written; then the process is as good as killed."""
    room: Iterator[int] = iter(range(allowed))

    def write(content: bytes, url: str) -> None:
        if next(room, None) is None:
            raise StorageError(f"{url}: No space left on device")
        publish_bytes(content, url)

    monkeypatch.setattr(champion, "publish_bytes", write)


@pytest.mark.parametrize("allowed", range(4))
def test_a_promotion_that_is_killed_is_done_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    champions = str(tmp_path / "champions")
    promote(candidate(str(tmp_path), b"first"), champions, BETTER)
    second = candidate(str(tmp_path), b"second")
    with monkeypatch.context() as patch:
        writes(patch, allowed)
        if allowed < 3:  # its copy, the ledger, the weights in use
            with pytest.raises(StorageError, match=f"^{re.escape(champions)}/.*: No space left"):
                promote(second, champions, BETTER)
            assert in_use(champions) == b"first"
            assert actions(champions) == ["promoted"]
    promote(second, champions, BETTER)
    assert in_use(champions) == b"second"
    assert actions(champions) == ["promoted", "promoted"]


@pytest.mark.parametrize("allowed", range(2))
def test_a_way_back_that_is_killed_is_gone_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    champions = str(tmp_path / "champions")
    for content in (b"first", b"second"):
        promote(candidate(str(tmp_path), content), champions, BETTER)
    with monkeypatch.context() as patch:
        writes(patch, allowed)
        with pytest.raises(StorageError):
            go_back(champions, "edge")
    assert in_use(champions) == b"second"
    go_back(champions, "edge")
    assert in_use(champions) == b"first"
    assert actions(champions) == ["promoted", "promoted", "back"]


def test_champions_of_earlier_releases_have_no_ledger_and_are_kept(tmp_path: Path) -> None:
    champions = str(tmp_path / "champions")
    publish_bytes(b"older", join(champions, "edge-restorer.safetensors"))
    assert in_use(champions) == b"older"
    with pytest.raises(NothingBeforeError):
        go_back(champions, "edge")
    promote(candidate(str(tmp_path), b"newer"), champions, BETTER)
    assert in_use(champions) == b"newer"
    go_back(champions, "edge")
    assert in_use(champions) == b"older"


def test_a_model_of_qwen_begins_as_it_was_published(tmp_path: Path) -> None:
    champions = str(tmp_path / "champions")
    bare = QwenRestorerChoice(model="Qwen/Qwen-Image-Edit-2511", steps=8)
    adapters = [tmp_path / name for name in ("a.safetensors", "b.safetensors")]
    made: list[RestorerChoice] = []
    for path in adapters:
        path.write_bytes(path.name.encode())
        made.append(bare.model_copy(update={"adapter": str(path)}))
    assert find_champion(champions, made[0]) == bare
    in_place = bare.model_copy(update={"adapter": join(champions, "qwen-restorer.safetensors")})
    for one in made:
        assert promote(one, champions, BETTER) == find_champion(champions, one) == in_place
    assert go_back(champions, "qwen") == in_place
    assert Path(in_place.adapter or "").read_bytes() == b"a.safetensors"
    assert go_back(champions, "qwen") == find_champion(champions, made[0]) == bare
    assert weights_in_use(champions, "qwen") is None
    assert weights_in_use(champions, "edge") is None


@pytest.mark.parametrize("content", [b"\xff", b"{}\n", b"not JSON\n"])
def test_a_damaged_ledger_says_so_and_touches_nothing(tmp_path: Path, content: bytes) -> None:
    champions = str(tmp_path / "champions")
    promote(candidate(str(tmp_path), b"first"), champions, BETTER)
    publish_bytes(content, ledger_url(champions, "edge"))
    for attempt in (
        lambda: go_back(champions, "edge"),
        lambda: promote(candidate(str(tmp_path), b"second"), champions, BETTER),
    ):
        with pytest.raises(DamagedLedgerError, match="move it away"):
            attempt()
    assert in_use(champions) == b"first"


def test_a_line_of_the_ledger_comes_back_from_json(tmp_path: Path) -> None:
    champions = str(tmp_path / "champions")
    promote(candidate(str(tmp_path), b"first"), champions, BETTER)
    (row,) = read_history(champions, "edge")
    assert Promotion.model_validate_json(row.model_dump_json()) == row
