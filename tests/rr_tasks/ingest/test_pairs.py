from pathlib import Path

import pytest

from rr_tasks.ingest.layouts import LAYOUTS, Layout, folder_pairs
from rr_tasks.ingest.pairs import NoPairsError, Pair, find_pairs, urls_of
from rr_tasks.photographs.listing import list_photographs, photographs_of
from rr_tasks.storage.files import MissingFolderError, join, publish_bytes
from schemas.shard import LayoutName
from tests.s3 import S3


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    s3: S3 = request.getfixturevalue("s3")
    return s3.url


def found(root: str, layout: LayoutName | Layout, *files: str) -> list[Pair]:
    for file in files:
        publish_bytes(b"", join(root, file))
    layout = layout if isinstance(layout, Layout) else LAYOUTS[layout]
    pairs = find_pairs(list_photographs(root), layout)
    assert find_pairs(photographs_of(root, urls_of(pairs)), layout) == pairs
    return pairs


def test_a_pair_knows_all_that_paths_tell(root: str) -> None:
    files = ("SOTS/hazy/0001_0.8_0.2.jpg", "SOTS/gt/0001.png")
    (pair,) = found(root, "reside", *files)
    assert (pair.source, pair.present, pair.light) == (files[0], ("haze",), 0.8)
    assert pair.problem is None
    assert [url.endswith(file) for url, file in zip(urls_of([pair]), sorted(files), strict=True)]
    assert pair.degraded
    assert pair.degraded.endswith(files[0])
    assert pair.clean
    assert pair.clean.endswith(files[1])


def test_whoever_is_left_alone_is_named(root: str) -> None:
    pairs = found(
        root, "gopro", "a/blur/1.png", "a/blur/2.png", "a/sharp/2.png", "a/sharp/3.png", "a/x.png"
    )
    assert {pair.source: pair.problem for pair in pairs} == {
        "a/blur/1.png": "no clean partner: a/sharp/1 is missing",
        "a/blur/2.png": None,
        "a/sharp/3.png": "no degraded photograph belongs to it",
    }


def test_what_the_prior_does_not_know_is_skipped(root: str) -> None:
    kinds = ("haze", "haze_rain", "low", "low_haze_snow", "clear")
    pairs = found(root, "cdd11", *(f"test/{kind}/1.png" for kind in kinds))
    assert {pair.source: (pair.present, pair.problem) for pair in pairs} == {
        "test/haze/1.png": (("haze",), None),
        "test/haze_rain/1.png": (("haze", "rain"), None),
        "test/low/1.png": ((), "skipped: the diagnostic prior does not know low"),
        "test/low_haze_snow/1.png": (
            ("haze",),
            "skipped: the diagnostic prior does not know low and snow",
        ),
    }


def test_several_degraded_photographs_share_a_partner(root: str) -> None:
    pairs = found(root, "reside", "hazy/1_1.png", "hazy/1_2.png", "clear/1.png")
    assert len({pair.clean for pair in pairs}) == 1
    assert len(urls_of(pairs)) == 3


def test_any_two_folders_are_matched_by_path(root: str) -> None:
    layout = folder_pairs("sharp", "in/foggy", ["rain", "haze"])
    pairs = found(root, layout, "sharp/a/1.webp", "in/foggy/a/1.JPG", "in/foggy/b/1.JPG")
    assert [(pair.source, pair.present, pair.problem) for pair in pairs] == [
        ("in/foggy/a/1.JPG", ("haze", "rain"), None),
        ("in/foggy/b/1.JPG", ("haze", "rain"), "no clean partner: sharp/b/1 is missing"),
    ]


def test_a_folder_of_another_layout_is_told_what_was_expected(root: str) -> None:
    with pytest.raises(NoPairsError, match=r"like hazy/0001_0.8_0.2.jpg with a partner like clear"):
        found(root, "reside", "blur/1.png", "sharp/1.png")


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFolderError, match="no photographs here"):
        find_pairs(list_photographs(str(tmp_path)), LAYOUTS["sidd"])
