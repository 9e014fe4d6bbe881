"""The sample photographs, for a first look at a command."""

from pathlib import Path

_PACKAGED = Path(__file__).with_name("sample_photographs")
"""Where pyproject.toml puts a copy of infra/samples in a wheel."""

_CHECKOUT = Path(__file__).parents[1] / "infra" / "samples"


def sample_photographs() -> str:
    """Find the folder of eight clean photographs, all in the public domain."""
    return str((_PACKAGED if _PACKAGED.is_dir() else _CHECKOUT) / "train")
