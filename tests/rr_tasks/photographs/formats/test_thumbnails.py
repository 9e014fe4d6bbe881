import base64
import io
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.negative import open_photograph
from tests.jpegs import exif_with_thumbnail


def packed(make: Any, kind: str, exif: bytes, xmp: bytes) -> bytes:
    if kind == "png":
        text = b"XML:com.adobe.xmp\0\0\0\0\0" + xmp
        samples = make.scene(90, 60, dtype=np.uint16)
        return make.png(samples, (b"eXIf", exif), (b"iTXt", text))
    file = io.BytesIO()
    Image.fromarray(make.scene(90, 60)).save(file, "WEBP", lossless=True, exif=exif, xmp=xmp)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_thumbnails_within_metadata_show_the_restored_picture(make: Any, kind: str) -> None:
    old = make.jpeg(make.scene(30, 20))
    exif = exif_with_thumbnail(old)
    picture = f"<xmpGImg:image>{base64.b64encode(old).decode()}</xmpGImg:image>"
    xmp = f"<x xmlns:xmpGImg='http://ns.adobe.com/xap/1.0/g/img/'>{picture}</x>".encode()
    photograph = open_photograph(packed(make, kind, exif, xmp)).develop()
    white = np.full_like(photograph.pixels, np.iinfo(photograph.pixels.dtype).max)
    written = encode(photograph, white)
    assert old not in written
    assert base64.b64encode(old) not in written
    start = written.index(b"<xmpGImg:image>") + 15
    drawn = [base64.b64decode(written[start : written.index(b"<", start)])]
    place = written.index(exif[: -len(old)]) + len(exif) - len(old)  # where it was
    drawn.append(written[place : place + len(old)])
    for thumbnail in drawn:
        image = pyvips.Image.new_from_buffer(thumbnail, "", fail_on="warning")
        assert (image.width, image.height) == (30, 20)
        assert image.crop(0, 0, 5, 5).avg() > 250
