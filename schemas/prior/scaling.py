"""Converts physical parameters to entries of a vector and back."""

import math
from typing import Annotated

from pydantic import Field

AxisAngle = Annotated[float, Field(ge=0.0, lt=180.0)]
"""Degrees of an axis, counter-clockwise from the horizontal."""


def axis_entries(angle_deg: float) -> tuple[float, float]:
    """Return the cosine and sine of twice an axis's angle, as axes repeat every 180 degrees."""
    twice = math.radians(2 * angle_deg)
    return math.cos(twice), math.sin(twice)


def axis_angle(cosine: float, sine: float) -> float:
    """Return the angle that `axis_entries` stand for, in degrees from 0 to below 180."""
    return math.degrees(math.atan2(sine, cosine)) / 2 % 180.0 % 180.0


def clamp_unit(value: float) -> float:
    """Clamp a value to 0-1."""
    return min(1.0, max(0.0, value))


def mirror_axis(angle_deg: float) -> float:
    """Return the angle of an axis in the photograph mirrored left to right."""
    return (180.0 - angle_deg) % 180.0
