import numpy as np
import pytest

from rr_tasks.treatment.strength import blend


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_no_value_turns_back_as_the_strength_grows(dtype: type[np.unsignedinteger]) -> None:
    rng = np.random.default_rng(0)
    original, restored = rng.integers(0, np.iinfo(dtype).max, (2, 90, 70, 3), dtype, endpoint=True)
    restored[:30] = original[:30]
    assert np.array_equal(blend(original, restored, 0.0), original)
    assert np.array_equal(blend(original, restored, 1.0), restored)
    way = np.sign(restored.astype(int) - original)
    before = original
    for strength in np.linspace(0, 1, 101):
        mixed = blend(original, restored, float(strength))
        assert mixed.dtype == dtype
        assert np.all(way * (mixed.astype(int) - before) >= 0)
        assert np.array_equal(mixed[:30], original[:30])
        before = mixed
    middle = blend(original, restored, 0.5).astype(float)
    assert np.abs(middle - (original.astype(float) + restored) / 2).max() <= 0.5
