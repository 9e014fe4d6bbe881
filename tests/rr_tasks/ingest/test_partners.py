import pytest

from rr_tasks.ingest.layouts import folder_pairs
from rr_tasks.ingest.pairs import find_pairs
from rr_tasks.photographs.listing import photographs_of


def found(*files: str) -> dict[str, str | None]:
    """The partner of each photograph, or why it is not part of a pair."""
    urls = photographs_of("/data", [f"file:///data/{file}" for file in files])
    pairs = find_pairs(urls, folder_pairs("clear", "hazy", ["haze"]))
    return {
        pair.source: pair.problem or (pair.clean or "").removeprefix("file:///data/")
        for pair in pairs
    }


UNUSED = "no degraded photograph belongs to it"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            ("clear/s.jpg", "clear/s.png", "hazy/s.png"),
            {"hazy/s.png": "clear/s.png", "clear/s.jpg": UNUSED},
            id="the same suffix",
        ),
        pytest.param(
            ("clear/s.PNG", "clear/s.jpg", "hazy/s.png"),
            {"hazy/s.png": "clear/s.PNG", "clear/s.jpg": UNUSED},
            id="the same suffix in another case",
        ),
        pytest.param(
            ("clear/s.png", "clear/s.PNG", "hazy/s.PNG", "hazy/s.png"),
            {"hazy/s.PNG": "clear/s.PNG", "hazy/s.png": "clear/s.png"},
            id="each its own",
        ),
        pytest.param(
            ("clear/s.png", "hazy/s.jpg"), {"hazy/s.jpg": "clear/s.png"}, id="the only ones"
        ),
        pytest.param(
            ("clear/s.png", "clear/s.tif", "hazy/s.jpg", "hazy/s.png"),
            {"hazy/s.png": "clear/s.png", "hazy/s.jpg": "clear/s.tif"},
            id="the only ones left",
        ),
        pytest.param(
            ("clear/s.png", "hazy/s.jpg", "hazy/s.png"),
            {
                "hazy/s.png": "clear/s.png",
                "hazy/s.jpg": "no clean partner: clear/s.png belongs to hazy/s.png",
            },
            id="none is used twice",
        ),
        pytest.param(
            ("clear/s.png", "clear/s.tif", "hazy/s.jpg"),
            {
                "hazy/s.jpg": "several photographs could be its clean partner: "
                "clear/s.png, clear/s.tif",
                "clear/s.png": UNUSED,
                "clear/s.tif": UNUSED,
            },
            id="two clean ones",
        ),
        pytest.param(
            ("clear/s.png", "hazy/s.jpg", "hazy/s.tif"),
            {
                "hazy/s.jpg": "its clean partner clear/s.png could also belong to hazy/s.tif",
                "hazy/s.tif": "its clean partner clear/s.png could also belong to hazy/s.jpg",
                "clear/s.png": UNUSED,
            },
            id="two degraded ones",
        ),
        pytest.param(
            ("clear/a\nb.png", "hazy/a\nb.png"),
            {"hazy/a\nb.png": "clear/a\nb.png"},
            id="a name of two lines",
        ),
        pytest.param(
            ("clear//s.png", "clear/s.png", "hazy//s.png", "hazy/s.png"),
            {"hazy//s.png": "clear//s.png", "hazy/s.png": "clear/s.png"},
            id="keys with an empty part",
        ),
    ],
)
def test_where_several_have_one_name(
    files: tuple[str, ...], expected: dict[str, str | None]
) -> None:
    assert found(*files) == expected
