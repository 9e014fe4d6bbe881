import pytest

from rr_tasks.ingest.layouts import LAYOUTS, folder_pairs
from schemas.shard import LayoutName


def partners(name: LayoutName, path: str) -> list[str]:
    layout = LAYOUTS[name]
    found = layout.degraded.fullmatch(path)
    assert found, path
    return [place.format_map(found.groupdict()) for place in layout.clean]


@pytest.mark.parametrize(
    ("name", "degraded", "clean"),
    [
        ("reside", "hazy/0001_0.8_0.2", "clear/0001"),
        ("reside", "OTS/hazy/part2/0001_1_0.08", "OTS/clear/0001"),
        ("reside", "SOTS/outdoor/hazy/0001_0.8_0.2", "SOTS/outdoor/gt/0001"),
        ("reside", "SOTS/indoor/hazy/1400_10", "SOTS/indoor/gt/1400"),
        ("reside", "ITS/hazy/1_1_0.90179", "ITS/clear/1"),
        ("reside", "ITS/HAZE/1_1_0.90179", "ITS/GT/1"),
        ("rain100", "rain-001", "norain-001"),
        ("rain100", "Rain100L/rain-001", "Rain100L/norain-001"),
        ("rain100", "Rain100H/rainy/rain-001", "Rain100H/norain-001"),
        ("rain100", "Rain100L/rainy/rain-001", "Rain100L/gt/norain-001"),
        ("rain100", "Rain100H/rain/rain-001", "Rain100H/norain/norain-001"),
        ("rain100", "test/rain/X2/norain-1x2", "test/norain/norain-1"),
        ("rain13k", "train/Rain13K/input/7", "train/Rain13K/target/7"),
        ("gopro", "train/GOPR0372_07_00/blur/000047", "train/GOPR0372_07_00/sharp/000047"),
        ("gopro", "GOPR0372_07_00/blur_gamma/000047", "GOPR0372_07_00/sharp/000047"),
        ("sidd", "Data/0001_L/0001_NOISY_SRGB_010", "Data/0001_L/0001_GT_SRGB_010"),
        ("sidd", "0001_L/NOISY_SRGB_010", "0001_L/GT_SRGB_010"),
        ("cdd11", "train/low_haze_rain/000001", "train/clear/000001"),
        ("cdd11", "CDD-11_test/haze/000001", "CDD-11_test/clear/000001"),
    ],
)
def test_partners_are_looked_for_where_they_lie(
    name: LayoutName, degraded: str, clean: str
) -> None:
    assert clean in partners(name, degraded)
    assert LAYOUTS[name].is_clean(clean)
    assert not LAYOUTS[name].degraded.fullmatch(clean)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_example_is_of_the_layout(name: LayoutName) -> None:
    degraded, clean = (path.rsplit(".", 1)[0] for path in LAYOUTS[name].example)
    assert clean in partners(name, degraded)


@pytest.mark.parametrize(
    ("stem", "light"),
    [
        ("0001_0.8_0.2", "0.8"),
        ("0001_0.85_0.04", "0.85"),
        ("0005_1_0.16", "1"),
        ("1_0.89_1.56", "0.89"),  # Haze4K
        ("1_1_0.90179", None),  # the first of ten in the indoor training set
        ("1400_1", None),
        ("0001", None),
    ],
)
def test_the_airlight_is_read_where_the_name_tells_it(stem: str, light: str | None) -> None:
    found = LAYOUTS["reside"].degraded.fullmatch(f"hazy/{stem}")
    assert found
    assert found["light"] == light


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("reside", "trans/1_1"),
        ("reside", "clear/0001"),
        ("rain100", "rainstreak/rainstreak-001"),
        ("rain100", "norain-001"),
        ("cdd11", "clear/000001"),
        ("cdd11", "haze_something/000001"),
        ("sidd", "0001_L/0001_GT_SRGB_010"),
        ("gopro", "seq/sharp/000047"),
    ],
)
def test_other_files_are_not_degraded_photographs(name: LayoutName, path: str) -> None:
    assert not LAYOUTS[name].degraded.fullmatch(path)


def test_mixtures_are_named_by_their_folder() -> None:
    layout = LAYOUTS["cdd11"]
    found = layout.degraded.fullmatch("low_haze_rain/1")
    assert found
    assert layout.types(found.groupdict()) == ("low", "haze", "rain")


def test_folders_of_a_user_may_have_any_name() -> None:
    layout = folder_pairs("a{b}/", "c+(d)", ["rain"])
    found = layout.degraded.fullmatch("c+(d)/e/1")
    assert found
    assert layout.clean[0].format_map(found.groupdict()) == "a{b}/e/1"
    assert layout.is_clean("a{b}/e/1")
    assert not layout.degraded.fullmatch("cc(d)/e/1")
    assert layout.types(found.groupdict()) == ("rain",)
