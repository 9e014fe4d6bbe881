import polars as pl

from rr_tasks.evaluation.images.outline import outline


def score(group, method, name, value, low=0.0, high=0.0):
    return {
        "set": group,
        "method": method,
        "score": name,
        "samples": 4,
        "value": value,
        "low": low,
        "high": high,
    }


def test_the_interval_stands_beside_psnr_and_mixtures_are_left_out():
    rows = [
        score("clean", "rr", "psnr", 60.0),
        score("haze", "none", "psnr", 17.094, 15.44, 19.96),
        score("haze", "none", "psnr_y", 18.5),
        score("haze", "none", "ms_ssim", 0.87654),
        score("haze", "rr", "psnr", 21.0, 20.0, 22.0),
        score("haze", "rr", "niqe", 4.126),
        score("haze+rain", "rr", "psnr", 12.0),
        score("with haze", "rr", "psnr", 20.0, 19.0, 21.0),
        score("all degraded", "rr", "psnr", 19.0, 18.0, 20.0),
    ]
    told = outline(pl.DataFrame(rows))
    assert told.columns == ["set", "method", "psnr (95 %)", "psnr y", "ms ssim", "niqe"]
    assert told.rows() == [
        ("haze", "none", "17.09 (15.4-20.0)", "18.50", ".877", ""),
        ("haze", "rr", "21.00 (20.0-22.0)", "", "", "4.13"),
        ("with haze", "rr", "20.00 (19.0-21.0)", "", "", ""),
        ("all degraded", "rr", "19.00 (18.0-20.0)", "", "", ""),
    ]


def test_nothing_to_compare_is_an_empty_table():
    assert outline(pl.DataFrame([score("haze+rain", "rr", "psnr", 12.0)])).is_empty()
