import re
from typing import get_args

from flows.evaluation_set import LAYOUT
from rr_tasks.evaluation.published import PUBLISHED, list_published
from schemas.evaluation import BenchmarkName


def test_every_benchmark_has_a_layout_and_a_list_of_sourced_figures():
    names = get_args(BenchmarkName)
    assert set(LAYOUT) == set(PUBLISHED) == set(names)
    for name in names:
        table = list_published(name)
        assert len(table) == len(PUBLISHED[name])
        assert table["psnr"].is_sorted() or name == "rain100"
        assert table["ssim"].drop_nulls().is_between(0, 1).all()
        for source in table["source"]:
            assert re.search(r"arXiv \d{4}\.\d{5}|(CVPR|ECCV) \d{4}", source)
            listed = source.partition("listed by")[2]
            assert re.search(r"arXiv \d{4}\.\d{5}", listed or source) or "mmagic" in source
        for measured in table["measured"]:
            assert re.search(r"\bRGB\b|\bY\b|not known", measured)


def test_a_doubt_about_a_figure_is_told_of_that_figure_alone():
    doubted = [
        (name, row.method)
        for name, rows in PUBLISHED.items()
        for row in rows
        if re.search(r"\bSSIM\b", row.source)
    ]
    assert doubted == [("sots", "NAFNet")]
