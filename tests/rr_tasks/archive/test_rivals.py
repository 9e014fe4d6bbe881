"""Photographs whose outputs would be one file: the second is refused, and says why."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.archive import rivals
from rr_tasks.archive.companions import copy_companions
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import finish, prepare
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.folding import Folding
from schemas.archive import Counts, LedgerRow, RestoreParameters, RunSummary

NFC, NFD = (unicodedata.normalize(form, "é.png") for form in ("NFC", "NFD"))


def run(parameters: RestoreParameters, engine: Any, order: int = 1) -> RunSummary:
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks[::order]]
    return finish(parameters, plan, chunks, engine.identity)


def failed(parameters: RestoreParameters) -> dict[str, str]:
    output = open_folder(parameters.output)
    rows: dict[str, LedgerRow] = {}
    for chunk in chunk_ids(output):
        rows |= last_rows(output, chunk)
    return {path: row.reason for path, row in rows.items() if row.status == "failed"}


@pytest.fixture
def joining(monkeypatch: pytest.MonkeyPatch) -> None:
    """An output on a disk that ignores case and the forms of accents."""
    monkeypatch.setattr(rivals, "probe_folding", lambda _: Folding(cases=True, forms=True))


@pytest.fixture
def pairs(tmp_path: Path, make: Any) -> RestoreParameters:
    source = tmp_path / "in"
    for name in ("A.JPG", "a.jpg", "b.jpg", "B/x.jpg", "b/X.jpg", NFC, NFD):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(make.jpeg(make.scene(9 + len(name), 7)))
    return RestoreParameters(
        input=str(source), output=str(tmp_path / "out"), chunk_size=1, verify=False
    )


@pytest.mark.usefixtures("joining")
@pytest.mark.parametrize("order", [1, -1])
def test_the_choice_is_the_same_in_any_order_and_in_every_run(
    pairs: RestoreParameters, engine: Any, order: int
) -> None:
    expected = {
        "a.jpg": "in the output, its name is that of A.JPG; rename one of the two",
        "b/X.jpg": "in the output, its name is that of B/x.jpg; rename one of the two",
        NFC: f"in the output, its name is that of {NFD}; rename one of the two",
    }
    for done in ({"restored": 4}, {"skipped": 4}):
        assert run(pairs, engine, order).counts == Counts(**done, failed=3)
        assert failed(pairs) == expected
    assert not (Path(pairs.output) / "a.jpg").exists()
    assert not (Path(pairs.output) / "a.jpg.prior.json").exists()


@pytest.mark.usefixtures("joining")
def test_who_came_first_keeps_the_name_until_it_is_gone(
    pairs: RestoreParameters, engine: Any, make: Any
) -> None:
    source = Path(pairs.input)
    (source / "A.JPG").rename(source / "later")
    run(pairs, engine)
    assert "a.jpg" not in failed(pairs)
    (source / "later").rename(source / "A.JPG")
    (source / "a.jpg").write_bytes(make.jpeg(make.scene(30, 20)))
    run(pairs, engine)
    assert "A.JPG" in failed(pairs)
    assert "a.jpg" not in failed(pairs)
    (source / "a.jpg").unlink()
    run(pairs, engine)
    assert "A.JPG" not in failed(pairs)


def test_a_disk_that_tells_names_apart_holds_them_all(
    pairs: RestoreParameters, engine: Any
) -> None:
    assert run(pairs, engine).counts == Counts(restored=7)


def test_keys_that_are_one_path_on_a_disk(tmp_path: Path, engine: Any, make: Any) -> None:
    """In a storage that keeps them apart, as S3 does but for the test's own server."""
    far = f"memory://{tmp_path.name}"
    source = open_folder(f"{far}/in")
    for number, key in enumerate(("a/b.jpg", "a//b.jpg", "./a/b.jpg", "d//e.jpg")):
        source.write(key, make.jpeg(make.scene(9 + number, 7)))
        source.write(key.replace(".jpg", ".xmp"), bytes(number))
    asked = RestoreParameters(
        input=f"{far}/in",
        output=str(tmp_path / "out"),
        chunk_size=2,
        companions=True,
        verify=False,
    )
    assert run(asked, engine).counts == Counts(restored=2, failed=2)
    assert set(failed(asked).values()) == {
        "in the output, its name is that of ./a/b.jpg; rename one of the two"
    }
    counts = copy_companions(asked).counts
    assert (counts.copied, counts.failed) == (2, 2)
    paths = {path.relative_to(asked.output).as_posix() for path in tmp_path.glob("out/**/*.???")}
    assert {"a/b.jpg", "d/e.jpg", "a/b.xmp", "d/e.xmp"} <= paths
    apart = asked.model_copy(update={"output": f"{far}/out"})
    assert run(apart, engine).counts == Counts(restored=4)


def test_a_converted_photograph_never_takes_the_name_of_another(
    tmp_path: Path, engine: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if every photograph of no usual format became a JPEG."""
    source = tmp_path / "in"
    source.mkdir()
    for name in ("a.gif", "a.gif.jpg", "b.gif"):
        (source / name).write_bytes(make.jpeg(make.scene(9, 7)))
    asked = RestoreParameters(input=str(source), output=str(tmp_path / "out"), verify=False)
    convert(monkeypatch)
    for done in ({"restored": 2}, {"skipped": 2}):
        assert run(asked, engine).counts == Counts(**done, failed=1)
        assert list(failed(asked)) == ["a.gif"]
        assert "a.gif.jpg is another file's name" in failed(asked)["a.gif"]
    kept = (tmp_path / "out" / "a.gif.jpg").read_bytes()
    (source / "b.gif.jpg").write_bytes(make.jpeg(make.scene(12, 7)))  # comes later
    assert run(asked, engine).archive == Counts(restored=2, failed=2)
    assert set(failed(asked)) == {"a.gif", "b.gif"}
    assert (tmp_path / "out" / "a.gif.jpg").read_bytes() == kept
    assert (tmp_path / "out" / "b.gif.jpg").exists()


def convert(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    from rr_tasks.archive import reader

    opened = reader.Reader._open

    def converted(self: Any, item: Any) -> Any:
        found: Any = opened(self, item)
        suffix = ".jpg" if item.path.endswith(".gif") else ""
        photograph = dataclasses.replace(found.photograph, suffix=suffix)
        return dataclasses.replace(found, photograph=photograph)

    monkeypatch.setattr(reader.Reader, "_open", converted)
