"""BMP: read because some data sets use it, although libvips does not."""

import cv2
import numpy as np
import pyvips

from rr_tasks.photographs.formats.base import Facts

# what is wrong with a file is in its row; OpenCV would print it a second time, without the name
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


class BmpFormat:
    """The BMP file format, with 8 bits in three colours and without metadata."""

    name = "BMP"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data.startswith(b"BM")

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Decode a file."""
        del salvage
        try:
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        except cv2.error as error:
            raise pyvips.Error("the BMP data cannot be decoded") from error
        if pixels is None:
            raise pyvips.Error("the BMP data cannot be decoded")
        return pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")

    def damage(self, data: bytes) -> str | None:
        """Leave it to the decoder."""
        del data
        return None

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse nothing."""
        del data, facts
        return None

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Lose nothing."""
        del data, facts
        return ()

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep all samples."""
        del data, facts
        return True

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode without compression, as BMP files are."""
        del source, facts
        _, encoded = cv2.imencode(".bmp", cv2.cvtColor(image.numpy(), cv2.COLOR_RGB2BGR))
        return encoded.tobytes()

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Leave the file as it is: there is no metadata."""
        del source
        return encoded
