"""Noise of red, green and blue."""

from typing import Annotated

from pydantic import Field

from schemas.base import Strict

_Channel = Annotated[float, Field(ge=0.0)]


class NoiseChannels(Strict):
    """Noise of each channel, red first: variance = gain * intensity + sigma**2, intensity 0-1."""

    sigma: tuple[_Channel, _Channel, _Channel]
    gain: tuple[_Channel, _Channel, _Channel]
