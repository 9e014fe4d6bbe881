from pathlib import Path

from rr_tasks.samples import sample_photographs


def test_a_checkout_uses_its_own_samples() -> None:
    """Those of a wheel: tests/test_wheel.py."""
    assert len(list(Path(sample_photographs()).glob("*.webp"))) == 8
