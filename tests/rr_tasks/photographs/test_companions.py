import pytest

from rr_tasks.photographs.companions import Neighbours


def owned(photograph: str, name: str) -> bool:
    neighbours = Neighbours()
    neighbours.add(photograph)
    return neighbours.own(name)


LONG = "a very long name that a telephone or its owner has given.jpg"


@pytest.mark.parametrize(
    ("photograph", "companion"),
    [
        ("IMG_1.JPG", "IMG_1.xmp"),
        ("IMG_1.JPG", "IMG_1.JPG.XMP"),
        ("IMG_1.JPG", "IMG_1.CR2"),
        ("IMG_1.JPG", "IMG_1.CR2.xmp"),
        ("IMG_1.jpg", "img_1.NEF"),
        ("IMG_1.HEIC", "IMG_1.MOV"),
        ("IMG_1.HEIC", "IMG_1.AAE"),
        ("IMG_1.HEIC", "IMG_O1.AAE"),
        ("IMG_1.HEIC", "IMG_E1.MOV"),
        ("a.b/IMG_1.jpg", "a.b/IMG_1.jpg.json"),
        ("IMG_1.MP.jpg", "IMG_1.MP.jpg.supplemental-metadata.json"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-me.json"),
        ("IMG_1.jpg", "IMG_1.jpg..json"),
        ("IMG_1(2).jpg", "IMG_1.jpg(2).json"),
        ("IMG_1(2).jpg", "IMG_1.jpg.supplemental-metadata(2).json"),
        (LONG, f"{LONG[:46]}.json"),
        (LONG.replace(".jpg", "(1).jpg"), f"{LONG[:46]}(1).json"),
        ("IMG_1.HEIC", "IMG_1.MOV.json"),
    ],
)
def test_belongs(photograph: str, companion: str) -> None:
    assert owned(photograph, companion)


@pytest.mark.parametrize(
    ("photograph", "other"),
    [
        ("IMG_1.jpg", "IMG_10.xmp"),
        ("IMG_1.jpg", "IMG_1.txt"),
        ("IMG_1.jpg", "IMG_1.jpg.prior.json"),
        ("IMG_1.jpg", "IMG_1.jpg(1).json"),
        ("IMG_1.jpg", "IMG_1.jpg.notes.json"),
        ("a/IMG_1.jpg", "b/IMG_1.xmp"),
        ("IMG_1.jpg", "IMG_1/.xmp"),
        (LONG, f"{LONG[:30]}.json"),
    ],
)
def test_does_not_belong(photograph: str, other: str) -> None:
    assert not owned(photograph, other)


def test_a_photograph_that_is_dropped_is_forgotten() -> None:
    neighbours = Neighbours()
    for name in ("a.jpg", "a.heic"):
        neighbours.add(name)
    neighbours.drop("a.heic")
    assert neighbours.own("a.mov")
    neighbours.drop("a.jpg")
    assert not neighbours.own("a.mov")
