"""In which values of light a degradation was mixed: in linear light, or in coded values."""

from typing import Literal

Light = Literal["linear", "coded"]
"""Physics mixes linear light; most benchmarks of the field mix sRGB-coded values instead."""

LIGHT_ENTRY = "coded"
"""The entry of a vector that is 1 for coded values and 0 for linear light."""

_CODED_FROM = 0.5


def light_entry(light: Light) -> float:
    """Return the `LIGHT_ENTRY` of a light."""
    return float(light == "coded")


def read_light(entry: float) -> Light:
    """Return the light that an entry of about 0-1 stands for."""
    return "coded" if entry >= _CODED_FROM else "linear"


def explain_light(light: Light) -> str:
    """Complete a sentence about a degradation; linear light goes without saying."""
    return ", in coded values" if light == "coded" else ""
