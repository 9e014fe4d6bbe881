import polars as pl
from polars.testing import assert_frame_equal

from rr_tasks.evaluation.diagnosis.figures import compute_figures


def test_the_order_of_rows_only_orders_the_recipes_and_sizes(perfect, table) -> None:
    wrong = table(
        *({"part": "source", "source": "one", "photograph": p, "found_haze": 30.0} for p in "ab")
    )
    rows = pl.concat([perfect, wrong])
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=5)
    for name, one in compute_figures(rows).tables().items():
        other = compute_figures(shuffled).tables()[name]
        assert_frame_equal(one, other, check_row_order=False, abs_tol=1e-9)


def test_photographs_that_could_not_be_used_are_left_out(perfect, table) -> None:
    failed = table(
        *(
            {"part": part, "photograph": "d", "error": "no", "true_haze": None, "found_haze": None}
            for part in ("source", "blend", "size", "jpeg")
        )
    )
    found = compute_figures(pl.concat([perfect, failed])).tables()
    for name, one in compute_figures(perfect).tables().items():
        assert_frame_equal(one, found[name])
