import polars as pl

from rr_tasks.evaluation.diagnosis.clean import ALL, LOOKS
from rr_tasks.evaluation.diagnosis.figures import compute_figures
from rr_tasks.evaluation.diagnosis.section import make_sections


def test_every_figure_is_written_with_its_interval(perfect) -> None:
    tables = {one.title: one.table for one in make_sections(compute_figures(perfect))}
    assert list(tables) == [
        "Sources",
        "All types",
        "Types",
        "Physical parameters",
        "Maps",
        "Calibration",
        "Clean photographs",
        "Blends",
        "Sizes and JPEG",
    ]
    certain, none = "1.000 (1.000-1.000)", "0.0 (0.0-0.0)"
    assert tables["All types"].rows() == [
        (recipe, certain, certain, "0.000 (0.000-0.000)", none, none) for recipe in ("one", "two")
    ]
    assert tables["Sources"].rows() == [
        (source, "unknown", *["1.000"] * 4, "0.0", "0.000") for source in ("one", "two")
    ]
    gain = "2.000 (2.000-2.000)"
    assert tables["Maps"].rows() == [
        (source, "0.000 (0.000-0.000)", certain, gain, gain) for source in ("one", "two")
    ]
    assert tables["Clean photographs"].rows() == [
        (look, *["0.0 % (0-0)"] * 4, "-") for look in (*LOOKS, ALL)
    ]
    assert tables["Types"].row(1) == ("one", "blur", certain, certain, certain, none, none)
    assert tables["Calibration"].row(0) == ("one", "haze", "0.000", "1.000", "1.000", "0.0", "0.0")
    assert tables["Blends"].row(3) == ("noise", "3", "1.000 (1.000 to 1.000)", "1.000")
    assert tables["Sizes and JPEG"]["shown"].to_list() == ["96 x 64", "96 x 64, JPEG 85"] * 2
    for table in tables.values():
        assert set(table.dtypes) == {pl.String}
        assert not table.null_count().sum_horizontal().sum()


def test_what_is_missing_is_said(table) -> None:
    rows = table(
        {},
        *(
            {"part": "blend", "combination": name, "share": 0.0, "expected": 0.0}
            for name in ("haze",)
        ),
        {"part": "size", "short_side": 64, "combination": "clean"},
    )
    blends = [
        {"part": "blend", "combination": name, "share": 0.0, "expected": 0.0}
        for name in ("blur", "rain", "noise")
    ]
    tables = {
        one.title: one.table
        for one in make_sections(compute_figures(pl.concat([rows, table(*blends)])))
    }
    assert tables["All types"].row(0)[1:3] == ("-", "1.000 (1.000-1.000)")
    assert tables["Calibration"].row(0) == ("edge-default", "haze", "-", *["not given"] * 4)
    assert set(tables["Physical parameters"]["mean"]) == {"-"}
