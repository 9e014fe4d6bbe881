"""Encodes a restored photograph in the form of the original."""

import cv2
import numpy as np
import pyvips

from rr_tasks.photographs.formats.base import UnreadablePhotographError, to_vips
from rr_tasks.photographs.orientation import turn_back
from rr_tasks.photographs.photograph import Photograph
from rr_tasks.photographs.pixels import Pixels, Samples
from rr_tasks.photographs.verification import verify


def encode(photograph: Photograph, pixels: Pixels) -> bytes:
    """Encode restored pixels as the original was: format, depth, channels, layout, metadata.

    Hidden colours stay as they were. So do all colours that restoring did not change, if the file
    has a colour profile. The result has been read back and compared with what it should hold.

    Args:
        photograph: the original.
        pixels: (H, W, 3), sRGB, same shape and type as the original's; a grey original becomes the
            luma.

    Raises:
        UnreadablePhotographError: the encoder refuses, for example a size that the format cannot
            hold.
        UnfaithfulOutputError: the result is not what it should be.
    """
    colours = _to_own_colours(photograph, pixels)
    if photograph.hidden is not None:
        colours = np.where(photograph.hidden[..., None], photograph.colours, colours)
    if photograph.alpha is not None:
        colours = np.concatenate([colours, photograph.alpha[..., None]], axis=2)
    stored = turn_back(colours, photograph.orientation)
    try:
        encoded = photograph.format.save(to_vips(stored), photograph.source, photograph.facts)
    except pyvips.Error as error:
        raise UnreadablePhotographError(
            f"the restored photograph cannot be encoded as {photograph.format.name}"
        ) from error
    encoded = photograph.format.transplant(encoded, photograph.source)
    verify(encoded, photograph, stored)
    return encoded


def _to_own_colours(photograph: Photograph, pixels: Pixels) -> Samples:
    if photograph.profile is not None:
        return photograph.profile.carry_over(photograph.colours, photograph.pixels, pixels)
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None] if photograph.grey else pixels
