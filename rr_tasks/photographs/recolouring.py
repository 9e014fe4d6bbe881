"""Converts colours that cannot be written back: four inks, and floating point."""

import pyvips

from rr_tasks.photographs.profile import FIELD

_INTENT = "relative"
_LOSSES = {
    "cmyk": "CMYK separations",
    "scrgb": "floating-point samples",
    "b-w": "floating-point samples",
}
_FLOATING = ("float", "double")
_INKS = 4


def name_loss(image: pyvips.Image) -> str | None:
    """Say what converting an image's colours would lose; None if they need no converting.

    Args:
        image: as a file was opened.
    """
    if image.interpretation != "cmyk" and image.format not in _FLOATING:
        return None
    return _LOSSES.get(image.interpretation)


def to_srgb(image: pyvips.Image) -> pyvips.Image:
    """Convert an image that `name_loss` names to sRGB, or grey, of 8 bits, or of 16 if it had more.

    Inks are converted with the embedded profile, or that of libvips for common offset print.
    Samples in floating point are linear light from 0 to 1; what is brighter is clipped.
    """
    if image.interpretation == "cmyk":
        depth = 16 if image.format == "ushort" else 8
        converted = _read_inks(image[:_INKS]).icc_export(
            output_profile="srgb", intent=_INTENT, pcs="xyz", depth=depth
        )
    elif image.interpretation == "b-w":
        linear = image[0].bandjoin([image[0], image[0]]).copy(interpretation="scrgb")
        converted = linear.colourspace("rgb16")[0].copy(interpretation="grey16")
    else:
        converted = image[:3].colourspace("rgb16")
    converted = converted.copy()
    converted.remove(FIELD)
    return converted


def _read_inks(image: pyvips.Image) -> pyvips.Image:
    options = {"input_profile": "cmyk", "intent": _INTENT, "pcs": "xyz"}
    try:
        return image.icc_import(embedded=True, **options)
    except pyvips.Error:  # the embedded profile is damaged, or of other colours
        plain = image.copy()
        plain.remove(FIELD)
        return plain.icc_import(**options)
