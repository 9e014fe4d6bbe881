"""Previews are spread over strata, whatever the order of the photographs."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.archive.previews import Gallery, Previews, choose
from rr_tasks.archive.resume import Maker
from rr_tasks.storage.folders import open_folder
from schemas.archive import LedgerRow, Severities, Status
from tests.makers import scene

STEMS = st.sets(
    st.tuples(st.sampled_from("abcde"), st.text("0123456789abcdef", min_size=4, max_size=4)),
    max_size=40,
).map(lambda pairs: {f"x-{stratum}-{key}" for stratum, key in pairs})


@given(all_stems=STEMS, limit=st.integers(0, 24), data=st.data())
def test_what_is_chosen_among_all_is_chosen_in_any_order_and_with_any_gaps(
    all_stems: set[str], limit: int, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(sorted(all_stems)))
    kept: list[str] = []
    for stem in order:
        kept = choose({*kept, stem}, limit)
    assert set(kept) == set(choose(all_stems, limit))
    some = data.draw(st.sets(st.sampled_from(order))) if order else set()
    assert set(kept) & some <= set(choose(some, limit))


@given(all_stems=STEMS, limit=st.integers(1, 24))
def test_each_stratum_has_its_turn(all_stems: set[str], limit: int) -> None:
    def strata(stems: list[str] | set[str]) -> list[str]:
        return [stem.rpartition("-")[0] for stem in stems]

    chosen = strata(choose(all_stems, limit))
    assert len(chosen) == min(limit, len(all_stems))
    for one in set(strata(all_stems)):
        if chosen.count(one) < strata(all_stems).count(one):
            assert all(chosen.count(other) <= chosen.count(one) + 1 for other in chosen)


FOUND: list[tuple[Status, Severities]] = [
    ("restored", {"haze": 20.0}),
    ("restored", {"haze": 90.0}),
    ("restored", {"noise": 20.0}),
    ("restored", {"noise": 90.0}),
    ("uncertain", {"rain": 40.0}),
    ("clean", {}),
]


def fill(folder: Path, numbers: list[int], runs: int) -> list[LedgerRow]:
    """Photograph n has the finding n modulo 6; every run knows only what is on the disk."""
    output, pixels = open_folder(str(folder)), scene(16, 12)
    rows: list[LedgerRow] = []
    for run in range(runs):
        previews = Previews(output, 12, Maker("engine", "0" * 16))
        for number in numbers[run::runs]:
            status, found = FOUND[number % 6]
            after = pixels if status == "restored" else None
            path = f"{number}.jpg"
            stem = previews.add(path, status, found, pixels, after)
            rows.append(
                LedgerRow(
                    path=path,
                    status=status,
                    severities=found,
                    preview=stem,
                    engine="engine",
                    settings="0" * 16,
                    size=1,
                    mtime_ns=1,
                )
            )
    return rows


def shown(folder: Path, rows: list[LedgerRow]) -> list[LedgerRow]:
    gallery = Gallery(open_folder(str(folder)), 12)
    for row in rows:
        gallery.add(row)
    gallery.remove_others()
    return gallery.rows()


def test_the_gallery_is_the_same_in_any_order_and_number_of_runs(tmp_path: Path) -> None:
    one, three = tmp_path / "one", tmp_path / "three"
    forth = shown(one, fill(one, list(range(90)), runs=1))
    back = shown(three, fill(three, list(range(89, -1, -1)), runs=3))
    assert {row.path for row in forth} == {row.path for row in back}
    found = [(row.status, row.severities) for row in forth]
    assert all(found.count(one) == 2 for one in FOUND)
    files = [
        sorted(file.name for file in (root / "_rr/previews").iterdir()) for root in (one, three)
    ]
    assert files[0] == files[1]
    assert len(files[0]) == 12 + 8  # the original alone where nothing was restored


def test_a_row_without_its_files_is_not_shown(tmp_path: Path) -> None:
    rows = fill(tmp_path, list(range(6)), runs=1)
    lost = next(row for row in rows if row.status == "restored")
    (tmp_path / "_rr/previews" / f"{lost.preview}-after.jpg").unlink()
    assert {row.path for row in shown(tmp_path, rows)} == {row.path for row in rows} - {lost.path}


def test_the_first_of_many_are_not_the_only_ones(tmp_path: Path) -> None:
    """Of photographs that are all of one kind, names decide by their hash."""
    numbers = list(range(0, 600, 6))
    paths = {row.path for row in shown(tmp_path, fill(tmp_path, numbers, runs=1))}
    assert len(paths) == 12
    assert not paths <= {f"{number}.jpg" for number in numbers[:24]}
