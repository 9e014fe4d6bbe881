"""ICC profiles: converts a file's own colours to sRGB, and carries changes made there back.

libvips converts with the relative colorimetric intent. At 16 bits, its direct transform is off by
up to a tenth of the range, so such samples go through CIE XYZ in floating point, which takes ten
times as long.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyvips

from rr_tasks.photographs.formats.base import to_vips
from rr_tasks.photographs.pixels import Pixels, Samples
from rr_tasks.storage.scratch import scratch_folder

FIELD = "icc-profile-data"
_INTENT = "relative"
_THROUGH_XYZ = {"pcs": "xyz", "intent": _INTENT}
_NEGLIGIBLE = 2
"""Codes of 255 by which profiles of sRGB differ from one another, and libvips from itself."""
_COLOURS = np.indices((16, 16, 16), np.uint8).reshape(3, 64, 64).transpose(1, 2, 0) * 17
_GREYS = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)


class UnusableProfileError(ValueError):
    """A profile cannot be applied to a photograph's colours; the message is the reason."""


@dataclass(frozen=True)
class Profile:
    """The meaning of a file's colours, if it is not sRGB.

    Attributes:
        icc: the profile as the file embeds it.
        channels: 3, or 1 for grey.
    """

    icc: bytes
    channels: int

    def to_srgb(self, samples: Samples) -> Pixels:
        """Convert a file's own colours to what a viewer shows; colours beyond sRGB are clipped.

        Args:
            samples: (H, W, channels), 8 or 16 bits.

        Returns:
            (H, W, 3) of the same type.
        """
        own = _tag(to_vips(samples), self.icc)
        if samples.dtype == np.uint16:
            between = own.icc_import(embedded=True, **_THROUGH_XYZ)
            image = between.icc_export(output_profile="srgb", depth=16, **_THROUGH_XYZ)
        else:
            image = own.icc_transform("srgb", embedded=True, intent=_INTENT)
        return np.asarray(image.numpy()).reshape(*samples.shape[:2], 3)

    def carry_over(self, samples: Samples, before: Pixels, after: Pixels) -> Samples:
        """Change a file's own colours as sRGB pixels were changed.

        What did not change keeps its exact value, including colours beyond sRGB: only the change
        goes through the profile, not the photograph.

        Args:
            samples: (H, W, channels), the file's colours.
            before: (H, W, 3), what `to_srgb` makes of them.
            after: the changed pixels.

        Returns:
            The changed colours, like `samples`.
        """
        change = _from_srgb(after, self.icc) - _from_srgb(before, self.icc)
        image = to_vips(samples)
        changed = (image + change).cast(image.format)  # which clips
        return np.asarray(changed.numpy()).reshape(samples.shape)


@lru_cache(maxsize=64)
def read_profile(icc: bytes, channels: int) -> Profile | None:
    """Read an embedded profile.

    Args:
        icc: the profile.
        channels: of the photograph, 3 or 1.

    Returns:
        The profile, or None if it describes sRGB, as nearly all do, so that nothing needs
        converting.

    Raises:
        UnusableProfileError: the profile is damaged, allows no conversion back from sRGB (as those
            of some scanners), or describes other channels than the photograph's.
    """
    probe = _GREYS if channels == 1 else _COLOURS
    try:
        image = _from_srgb(probe, icc)
        own = np.asarray(image.numpy()).reshape(*probe.shape[:2], image.bands)
    except pyvips.Error as error:
        raise UnusableProfileError("its colour profile is damaged or allows no way back") from error
    if image.bands <= 3 and _differ_little(own, probe[..., : image.bands]):
        return None
    if image.bands != channels:
        raise UnusableProfileError(
            f"its colour profile is for {_name(image.bands)}, but it holds {_name(channels)}"
        )
    return Profile(icc, channels)


def _differ_little(samples: Samples, others: Samples) -> bool:
    return int(np.abs(samples.astype(int) - others.astype(int)).max()) <= _NEGLIGIBLE


def _name(channels: int) -> str:
    return {1: "grey", 3: "three colours", 4: "four inks"}.get(channels, f"{channels} channels")


def _from_srgb(pixels: Pixels, icc: bytes) -> pyvips.Image:
    """Convert to the colours of a profile; fails if the profile is damaged."""
    image = to_vips(pixels)
    if pixels.dtype == np.uint16:
        between = image.icc_import(input_profile="srgb", **_THROUGH_XYZ)
        return _tag(between, icc).icc_export(depth=16, **_THROUGH_XYZ)
    with scratch_folder() as folder:  # libvips takes the profile of a result from a file alone
        file = folder / "profile.icc"
        file.write_bytes(icc)
        found = image.icc_transform(str(file), input_profile="srgb", intent=_INTENT)
        return found.copy_memory()


def _tag(image: pyvips.Image, icc: bytes) -> pyvips.Image:
    tagged = image.copy()
    tagged.set_type(pyvips.GValue.blob_type, FIELD, icc)
    return tagged
