import numpy as np
import pytest

from rr_tasks.degrade.strips import strips


@pytest.mark.parametrize("shape", [(512, 512, 3), (33, 1), (7, 3_000_000), (1, 1, 3), (2000, 640)])
def test_every_row_is_in_one_strip(shape: tuple[int, ...]) -> None:
    rows = np.arange(shape[0])
    found = [rows[strip] for strip in strips(shape)]
    assert np.array_equal(np.concatenate(found), rows)
    assert all(len(part) for part in found)


def test_a_strip_stays_in_the_cache_whatever_the_width() -> None:
    for width in (512, 6000):
        first = next(strips((4000, width, 3)))
        assert 2**16 < 3 * width * (first.stop - first.start) <= 2**17
