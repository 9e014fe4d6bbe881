"""The two conventions of light in which photographs are degraded, and what looks alike in both.

Physics mixes linear light; most data sets of the field mix sRGB-coded values. Severity is one
visual scale, so parameters of coded values are as severe as the linear ones that do as much to a
mid grey: lower its contrast (haze), brighten it (rain) or shake it (noise). A blur spreads it as
far in both.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from rr_tasks.degrade.color import (
    Bytes,
    Values,
    coded_to_bytes,
    decode,
    encode,
    to_bytes,
    to_coded,
    to_linear,
)
from schemas.base import Rgb
from schemas.prior.light import Light

MID_GREY = 0.2
"""A mid grey in linear light."""

MID_CODE = float(encode(np.asarray(MID_GREY)))
"""The same grey, sRGB-coded."""

Colour = npt.NDArray[np.float64]

# How the slope of the sRGB curve depends on light: a power, as above its straight foot.
_SLOPE_POWER = 1 / 2.4 - 1
_BISECTIONS = 52  # the precision of a float
_STEP = 1e-6


class Convention(ABC):
    """A convention of light.

    Attributes:
        mid_grey: its value of `MID_GREY`.
        steepness: by how much linear light changes with the value, at mid grey.
    """

    mid_grey: ClassVar[float]
    steepness: ClassVar[float]

    @abstractmethod
    def read(self, image: Bytes) -> Values:
        """Convert sRGB bytes to values, 0-1."""

    @abstractmethod
    def write(self, values: Values) -> Bytes:
        """Convert values to sRGB bytes; those outside 0-1 are clipped."""

    @abstractmethod
    def of_code(self, colour: Colour) -> Colour:
        """Convert an sRGB-coded colour, 0-1, to values."""

    @abstractmethod
    def code_of(self, colour: Colour) -> Colour:
        """Convert values to an sRGB-coded colour: the inverse of `of_code`."""

    @abstractmethod
    def linear_transmission(self, transmission: float, airlight: Rgb) -> float:
        """Return the transmission in linear light that lowers contrast as much.

        Args:
            transmission: 0-1.
            airlight: sRGB-coded.
        """

    @abstractmethod
    def from_linear_transmission(self, transmission: float, airlight: Rgb) -> float:
        """Return the inverse of `linear_transmission`."""

    @abstractmethod
    def linear_opacity(self, opacity: float) -> float:
        """Return the opacity of white streaks in linear light that brighten as much."""

    @abstractmethod
    def from_linear_opacity(self, opacity: float) -> float:
        """Return the inverse of `linear_opacity`."""


class _LinearLight(Convention):
    mid_grey = MID_GREY
    steepness = 1.0

    @override
    def read(self, image: Bytes) -> Values:
        return to_linear(image)

    @override
    def write(self, values: Values) -> Bytes:
        return to_bytes(values)

    @override
    def of_code(self, colour: Colour) -> Colour:
        return decode(colour)

    @override
    def code_of(self, colour: Colour) -> Colour:
        return encode(colour)

    @override
    def linear_transmission(self, transmission: float, airlight: Rgb) -> float:
        return transmission

    @override
    def from_linear_transmission(self, transmission: float, airlight: Rgb) -> float:
        return transmission

    @override
    def linear_opacity(self, opacity: float) -> float:
        return opacity

    @override
    def from_linear_opacity(self, opacity: float) -> float:
        return opacity


class _CodedValues(Convention):
    mid_grey = MID_CODE
    steepness = float(
        (decode(np.asarray(MID_CODE + _STEP)) - decode(np.asarray(MID_CODE - _STEP))) / (2 * _STEP)
    )

    @override
    def read(self, image: Bytes) -> Values:
        return to_coded(image)

    @override
    def write(self, values: Values) -> Bytes:
        return coded_to_bytes(values)

    @override
    def of_code(self, colour: Colour) -> Colour:
        return colour

    @override
    def code_of(self, colour: Colour) -> Colour:
        return colour

    @override
    def linear_transmission(self, transmission: float, airlight: Rgb) -> float:
        light = _brightness(airlight)
        low, high = 0.0, 1.0
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if _coded_contrast(middle, light) < transmission:
                low = middle
            else:
                high = middle
        return high

    @override
    def from_linear_transmission(self, transmission: float, airlight: Rgb) -> float:
        return _coded_contrast(transmission, _brightness(airlight))

    @override
    def linear_opacity(self, opacity: float) -> float:
        brightened = decode(np.asarray(MID_CODE + (1 - MID_CODE) * opacity))
        return float((brightened - MID_GREY) / (1 - MID_GREY))

    @override
    def from_linear_opacity(self, opacity: float) -> float:
        brightened = encode(np.asarray(MID_GREY + (1 - MID_GREY) * opacity))
        return float((brightened - MID_CODE) / (1 - MID_CODE))


def _brightness(airlight: Rgb) -> float:
    return float(decode(np.asarray(airlight)).mean())


def _coded_contrast(transmission: float, light: float) -> float:
    """Return what is left of the contrast of codes around mid grey, 0-1.

    That of light is `transmission` times as large, and codes change the less with light the
    brighter it is. This grows strictly with the transmission, whatever the airlight.
    """
    veiled = MID_GREY * transmission + light * (1 - transmission)
    if veiled == 0.0:
        return 0.0
    return float(transmission * (veiled / MID_GREY) ** _SLOPE_POWER)


def convert(values: Values, given: Convention, wanted: Convention) -> Values:
    """Convert values, 0-1, of one convention to those of another, without rounding to codes."""
    if given is wanted:
        return values
    return wanted.of_code(given.code_of(values.astype(np.float64))).astype(np.float32)


CONVENTIONS: Mapping[Light, Convention] = {"linear": _LinearLight(), "coded": _CodedValues()}
"""The conventions by their names in priors."""
