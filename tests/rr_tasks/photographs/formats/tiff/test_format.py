"""A restored TIFF is the original, of which only pixels are others, in the same form."""

import io
import struct
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.base import ProtectedPhotographError, UnreadablePhotographError
from rr_tasks.photographs.formats.directory import Directory
from rr_tasks.photographs.formats.tiff.pages import read_pages
from rr_tasks.photographs.negative import open_photograph
from tests.tiffs import Page, tiff

Order = Literal["<", ">"]

IPTC = b"\x1c\x02\x50\0\x07Someone\x1c\x02\x5a\0\x04Bonn"
COMMENT = b"UNICODE\0" + "Grüße".encode("utf-16-be")


def invert(original: bytes) -> bytes:
    photograph = open_photograph(original).develop()
    return encode(photograph, np.iinfo(photograph.pixels.dtype).max - photograph.pixels)


def keep(original: bytes) -> bytes:
    photograph = open_photograph(original).develop()
    return encode(photograph, photograph.pixels)


def first(data: bytes) -> Directory:
    return read_pages(data).first


def stored(data: bytes, like: np.ndarray, order: Order = "<") -> np.ndarray:
    """The samples of a strip without compression, as they are in the file."""
    directory = first(data)
    kind = like.dtype.newbyteorder(order)
    return np.frombuffer(data, kind, like.size, directory.number(273)).reshape(like.shape)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("compression", [1, 8])
@pytest.mark.parametrize(("tile", "rows"), [(16, 0), (0, 7), (0, 0)])
@pytest.mark.parametrize("planes", [1, 2])
def test_byte_order_blocks_planes_and_compression_are_the_originals(
    make: Any,
    order: Order,
    big: bool,
    dtype: type[np.unsignedinteger],
    compression: int,
    tile: int,
    rows: int,
    planes: int,
) -> None:
    samples = make.scene(45, 31, dtype=dtype)
    tags = {259: (3, [compression]), 284: (3, [planes]), 317: (3, [2 if compression == 8 else 1])}
    original = tiff(Page(samples, tags, tile=tile, rows=rows), order=order, big=big)
    restored = invert(original)
    assert restored[:4] == original[:4]
    before, after = first(original), first(restored)
    for tag in (256, 257, 258, 259, 262, 277, 278, 284, 317, 322, 323):
        wanted = [] if (tag, compression) == (317, 1) else before.numbers(tag).tolist()
        assert after.numbers(tag).tolist() == wanted
    assert len(after.numbers(324 if tile else 273)) == len(before.numbers(324 if tile else 273))
    found = open_photograph(restored).develop().pixels
    assert np.array_equal(found, np.iinfo(dtype).max - samples)
    if compression == 1:  # the new pixels are where the old ones were
        assert len(restored) - len(original) < 1000 + 16 * before.numbers(273).size


@pytest.mark.parametrize("order", ["<", ">"])
def test_metadata_of_any_structure_stays_where_it_is(make: Any, order: Order) -> None:
    words = struct.unpack(f"{order}{len(IPTC) // 4}I", IPTC[: len(IPTC) // 4 * 4])
    note = b"MAKER\0" + struct.pack(order + "I", 8) + bytes(range(40))
    tags: dict[int, Any] = {
        33723: (4, words),  # IPTC as words
        700: (1, b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"),
        34377: (7, b"8BIM\x04\x04\0\0\0\0\0\0"),
        50000: (12, [0.5, 2.5]),  # private
        50001: (99, b"of an unknown type"),
        50002: (18, [7]),  # belongs in BigTIFF alone
    }
    exif = {37500: (7, note), 37510: (7, COMMENT), 34855: (3, [400])}
    original = tiff(Page(make.scene(), tags, exif=exif), order=order)
    restored = invert(original)
    end = original.index(b"8BIM")
    assert restored[end : len(original)].count(b"8BIM") == 1
    changed = [i for i in range(len(original)) if original[i] != restored[i]]
    strip = first(original).number(273)
    size = make.scene().size
    assert {i for i in changed if not strip <= i < strip + size} <= {4, 5, 6, 7}
    before, after = first(original), first(restored)
    moved = {273, 279}
    assert [e.tag for e in after.entries] == [e.tag for e in before.entries]
    for old, new in zip(before.entries, after.entries, strict=True):
        same = original[old.place : old.place + 12] == restored[new.place : new.place + 12]
        assert same or old.tag in moved


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("extra", [[0], [1], [2], [0, 2, 0], [0, 0]])
def test_samples_that_are_no_alpha_survive_and_alpha_is_used(
    make: Any, extra: list[int], dtype: type[np.unsignedinteger]
) -> None:
    """As the infrared channel of scanners; 1 stands for colours multiplied by opacity."""
    top = np.iinfo(dtype).max
    rng = np.random.default_rng(0)
    samples = rng.integers(0, top, (20, 24, 3 + len(extra)), dtype, endpoint=True)
    if extra == [1]:
        samples[..., :3] = np.minimum(samples[..., :3], samples[..., 3:])
    original = tiff(Page(samples, {338: (3, extra)}))
    photograph = open_photograph(original).develop()
    has_alpha = {1, 2} & set(extra)
    if not has_alpha:
        assert photograph.alpha is None
    else:
        assert np.array_equal(photograph.alpha, samples[..., 3 + (len(extra) > 1)])
    assert np.array_equal(stored(keep(original), samples), samples)
    found = stored(invert(original), samples)
    assert np.array_equal(found[..., 3:], samples[..., 3:])
    if extra == [1]:
        opaque = samples[..., 3] > top * 0.9
        wanted = samples[..., 3:].astype(int) - samples[..., :3]
        assert np.abs(found[..., :3].astype(int) - wanted)[opaque].max() <= 1
    elif not has_alpha:
        assert np.array_equal(found[..., :3], top - samples[..., :3])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("bands", [1, 2])
def test_greys_of_which_white_is_zero_are_shown_and_stored_so(
    make: Any, dtype: type[np.unsignedinteger], bands: int
) -> None:
    samples = make.scene(bands=bands, dtype=dtype)
    original = tiff(Page(samples, {262: (3, [0])}))
    top = np.iinfo(dtype).max
    photograph = open_photograph(original).develop()
    assert np.array_equal(photograph.pixels[..., 0], top - samples[..., 0])
    restored = invert(original)
    assert first(restored).number(262) == 0
    assert np.array_equal(stored(restored, samples)[..., 0], top - samples[..., 0])


@pytest.mark.parametrize("halved", [[1, 1], [2, 1], [2, 2]])
def test_ycbcr_without_jpeg_keeps_its_colours(make: Any, halved: list[int]) -> None:
    samples = make.scene()
    ycc = np.asarray(Image.fromarray(samples).convert("YCbCr"))
    h, v = halved
    units = [
        np.concatenate([ycc[y : y + v, x : x + h, 0].ravel(), ycc[y, x, 1:]])
        for y in range(0, 32, v)
        for x in range(0, 48, h)
    ]
    tags = {262: (3, [6]), 530: (3, halved)}
    restored = invert(tiff(Page(samples, tags, blocks=[np.concatenate(units).tobytes()])))
    seen = np.asarray(Image.open(io.BytesIO(restored)).convert("RGB"))
    off = np.abs(255 - seen.astype(int) - samples)
    assert off.mean() < 2 * h  # pink would be 45


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 6, 15, 30, 31, 40])
def test_strips_of_every_height_are_compressed_also_the_last_one(make: Any, rows: int) -> None:
    samples = make.scene(45, 31)
    restored = invert(tiff(Page(samples, {259: (3, [8])}, rows=rows)))
    assert first(restored).numbers(279).all()
    assert np.array_equal(open_photograph(restored).develop().pixels, 255 - samples)


@pytest.mark.parametrize(("halved", "name"), [([1, 1], 0), ([2, 1], 1), ([2, 2], 2)])
@pytest.mark.parametrize("told", [None, (3, [2, 2]), (3, [1, 1])])
def test_jpeg_within_tiff_keeps_its_strips_and_chroma_resolution(
    make: Any, halved: list[int], name: int, told: Any
) -> None:
    """Also where the tag is missing or wrong, which decoders mend."""
    samples = make.scene()
    blocks = []
    for y in (0, 16):
        block = io.BytesIO()
        Image.fromarray(samples[y : y + 16]).save(block, "JPEG", quality=95, subsampling=name)
        blocks.append(block.getvalue())
    tags = {259: (3, [7]), 262: (3, [6]), 530: told}
    restored = invert(tiff(Page(samples, tags, blocks=blocks, rows=16)))
    directory = first(restored)
    assert directory.numbers(530).tolist() == halved
    assert (directory.number(259), directory.number(278)) == (7, 16)
    assert restored[directory.number(273) :].index(b"\xff\xc0") < 700
    sof = restored.index(b"\xff\xc0", directory.number(273))
    assert restored[sof + 11] == halved[0] << 4 | halved[1]
    seen = np.asarray(Image.open(io.BytesIO(restored)).convert("RGB"))
    assert np.abs(255 - seen.astype(int) - samples).mean() < 3


@pytest.mark.parametrize("compression", ["none", "lzw", "deflate", "packbits", "jpeg", "webp"])
@pytest.mark.parametrize("tile", [False, True])
def test_what_libtiff_writes_is_read_and_written(make: Any, compression: str, tile: bool) -> None:
    original = make.vips(make.scene()).tiffsave_buffer(
        compression=compression, tile=tile, tile_width=16, tile_height=16, Q=95
    )
    directory = first(invert(original))
    wanted = {"webp": 8}.get(compression, first(original).number(259))
    assert directory.number(259) == wanted
    assert (directory.find(322) is not None) == tile
    assert directory.number(282) == first(original).number(282)


def test_what_changes_form_is_named_and_written_as_plain_colours(make: Any) -> None:
    file = io.BytesIO()
    Image.fromarray(make.scene()).quantize(64).save(file, "TIFF")
    original = file.getvalue()
    photograph = open_photograph(original).develop()
    assert photograph.lost == ("palette",)
    restored = invert(original)
    assert first(restored).number(262) == 2
    assert first(restored).find(320) is None


@pytest.mark.parametrize("tile", [0, 16])
def test_converted_inks_and_floating_point_keep_blocks_and_other_tags(make: Any, tile: int) -> None:
    profile: Any = {34675: (7, make.icc()), 50000: (7, b"private bytes"), 284: (3, [2])}
    light = (make.scene() / 255).astype(np.float32)
    inks = {**profile, 262: (3, [5]), 338: None, 336: (3, [0, 255])}
    more = {**profile, 262: (3, [5]), 338: (3, [0]), 277: (3, [5])}
    five = np.concatenate([make.scene(bands=4), make.scene(bands=1)], axis=2)
    for page, lost, bits in (
        (Page(light, profile, tile=tile), ("floating-point samples",), 16),
        (Page(make.scene(bands=4), inks, tile=tile), ("CMYK separations",), 8),
        (Page(five, more, tile=tile), ("extra channels", "CMYK separations"), 8),
    ):
        original = tiff(page, order=">")
        assert open_photograph(original).develop().lost == lost
        directory = first(invert(original))
        assert directory.numbers(258).tolist() == [bits] * 3
        assert (directory.number(262), directory.number(284)) == (2, 1)
        assert directory.find(50000) is not None
        assert directory.number(322) == tile
        for tag in (34675, 336, 338, 339):
            assert directory.find(tag) is None


def test_layers_that_show_the_unrestored_picture_are_named(make: Any) -> None:
    original = tiff(Page(make.scene(), {37724: (7, b"Adobe Photoshop Document Data Block\0")}))
    assert open_photograph(original).develop().lost == ("Photoshop layers",)
    assert first(invert(original)).find(37724) is None


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({259: (3, [6])}, "its compression (old-style JPEG) is not supported"),
        ({259: (3, [50000])}, "its compression (ZSTD) is not supported"),
        ({259: (3, [34887])}, "its compression (LERC) is not supported"),
        ({259: (3, [32809])}, "its compression (ThunderScan) is not supported"),
        ({259: (3, [12345])}, "its compression (number 12345) is not supported"),
        ({262: (3, [99])}, "its colours are of kind 99, which is not supported"),
        ({262: (3, [8])}, "its colours are CIELAB, which is not supported"),
        ({262: (3, [32845])}, "its colours are LogLuv, which is not supported"),
        ({258: (3, [12] * 3)}, "samples of 12 bits are not supported"),
        ({339: (3, [2] * 3)}, "signed samples of 8 bits are not supported"),
        ({258: (3, [8, 8, 4])}, "its channels differ in depth"),
        ({256: (4, [0])}, "the TIFF data is damaged or truncated"),
    ],
)
def test_the_reason_for_failing_is_the_true_one(
    make: Any, tags: dict[int, Any], reason: str
) -> None:
    with pytest.raises(UnreadablePhotographError) as caught:
        open_photograph(tiff(Page(make.scene(), tags)))
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    "tags",
    [
        {279: None},  # sizes of strips, which old writers leave out
        {279: (4, [0])},
        {278: None},
        {278: (4, [2**32 - 1])},
        {262: None},
        {256: (3, [48]), 257: (3, [32])},
        {258: (3, [8])},
        {274: (3, [9])},
        {339: (3, [4] * 3)},
        {274: (4, [6])},
        {33723: (3, [1, 2, 3])},
        {34675: (13, [5, 6, 7])},
    ],
)
def test_what_other_programs_read_is_read(make: Any, tags: dict[int, Any]) -> None:
    samples = make.scene()
    restored = invert(tiff(Page(samples, tags)))
    assert np.array_equal(stored(restored, samples), 255 - samples)


def test_damage_that_libtiff_only_warns_of_is_damage(make: Any) -> None:
    short = tiff(Page(make.scene(), {279: (4, [make.scene().size - 8])}))
    jpeg = bytearray(make.vips(make.scene(256, 256)).tiffsave_buffer(compression="jpeg"))
    jpeg[len(jpeg) // 2 : len(jpeg) // 2 + 40] = np.random.default_rng(0).bytes(40)
    for damaged in (short, bytes(jpeg)):
        with pytest.raises(UnreadablePhotographError, match="damaged or truncated"):
            open_photograph(damaged).develop()
        salvaged = open_photograph(damaged, salvage=True).develop()
        assert "salvaged" in str(salvaged.note)
        encode(salvaged, salvaged.pixels)


def test_the_profile_and_orientation_of_ycbcr_are_used(make: Any) -> None:
    tags = {262: (3, [6]), 530: (3, [1, 1]), 274: (3, [6]), 34675: (7, make.icc())}
    photograph = open_photograph(tiff(Page(make.scene(), tags))).develop()
    assert photograph.pixels.shape == (48, 32, 3)
    assert photograph.metadata["icc-profile-data"] == make.icc()


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_greys_are_left_alone(make: Any, bits: int) -> None:
    samples = make.scene(bands=1)
    packed = bytes(samples.size * bits // 8)
    original = tiff(Page(samples, {258: (3, [bits])}, blocks=[packed]))
    with pytest.raises(ProtectedPhotographError, match=f"only {2**bits} tones"):
        open_photograph(original)


def test_a_cloud_optimised_file_says_that_it_was_changed(make: Any) -> None:
    ghost = b"KNOWN_INCOMPATIBLE_EDITION=NO\n "
    restored = invert(tiff(Page(make.scene(), {50000: (7, ghost)})))
    assert b"KNOWN_INCOMPATIBLE_EDITION=YES\n" in restored
