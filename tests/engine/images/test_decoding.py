"""One RGB picture out of every format, and one clear failure out of every wreck."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.images import decode, image_size

FORMATS = ["JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP", "JPEG2000"]


def colours(image: Image.Image) -> np.ndarray:
    """Colours at the left, the right and the top, (3, 3)."""
    assert image.mode == "RGB"
    pixels = np.asarray(image, np.int16)
    height, width = pixels.shape[:2]
    return pixels[[height * 2 // 3, height * 2 // 3, 1], [width // 4, width * 3 // 4, width // 2]]


def failure(data: bytes, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        decode(data, uri="a.jpg", **options)
    assert str(caught.value).startswith("a.jpg: ")
    assert "\n" not in str(caught.value)
    return caught.value


def png_head(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("longest", [None, 48, 500])
def test_every_format_is_read(picture: Image.Image, encode: Any, form: str, longest: int | None) -> None:
    data = encode(picture, form)
    decoded = decode(data, longest)
    assert decoded.size == ((48, 32) if longest == 48 else (96, 64))
    assert np.abs(colours(decoded) - colours(picture)).max() < 40
    assert image_size(data) == (96, 64)
    assert decoded.info == {}


@pytest.mark.parametrize("form", ["JPEG", "JPEG2000"])
@pytest.mark.parametrize("longest", [7, 100, 333])
def test_scaled_decoding_gives_the_same_picture(picture: Image.Image, encode: Any, form: str, longest: int) -> None:
    large = picture.resize((960, 640), Image.Resampling.BICUBIC)
    scaled = decode(encode(large, form), longest)
    whole = large.resize(scaled.size, Image.Resampling.LANCZOS)
    assert max(scaled.size) == longest
    assert np.abs(np.asarray(scaled, np.int16) - np.asarray(whole, np.int16)).mean() < 6


def test_jpeg_2000_with_few_resolutions_is_read_whole(picture: Image.Image, encode: Any) -> None:
    large = picture.resize((960, 640))
    assert decode(encode(large, "JPEG2000", num_resolutions=1), 96).size == (96, 64)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_pictures_stand_upright(picture: Image.Image, encode: Any, form: str, orientation: int) -> None:
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the Transpose that each orientation asks a viewer to undo
    turned = picture if orientation == 1 else picture.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(turned, form, exif=exif)
    decoded = decode(data, 48)
    assert decoded.size == (48, 32)
    assert np.abs(colours(decoded) - colours(picture)).max() < 60
    assert image_size(data) == (96, 64)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "I;16", "LAB"])
def test_every_mode_becomes_rgb(picture: Image.Image, encode: Any, mode: str) -> None:
    if mode == "I;16":
        grey = np.asarray(picture.convert("L"), np.uint16) * 257
        data, expected = encode(Image.fromarray(grey), "PNG"), picture.convert("L").convert("RGB")
    elif mode == "LAB":
        data, expected = encode(lab(picture), "TIFF"), picture
    else:
        converted = picture.convert(mode)
        form = {"CMYK": "JPEG", "YCbCr": "TIFF"}.get(mode, "PNG")
        data, expected = encode(converted, form), converted.convert("RGB")
    assert np.abs(colours(decode(data)) - colours(expected)).max() < 40


def lab(picture: Image.Image) -> Image.Image:
    profile = ImageCms.createProfile("LAB")
    converted = ImageCms.profileToProfile(picture, ImageCms.createProfile("sRGB"), profile, outputMode="LAB")
    assert converted is not None
    return converted


def test_what_is_transparent_is_white(encode: Any) -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    assert decode(encode(clear)).getpixel((4, 4)) == (255, 255, 255)
    palette = Image.new("P", (8, 8), 3)
    palette.putpalette([10] * 768)
    assert decode(encode(palette, "GIF", transparency=3)).getpixel((4, 4)) == (255, 255, 255)
    keyed = Image.new("RGB", (8, 8), (1, 2, 3))
    assert decode(encode(keyed, transparency=(1, 2, 3)), 4).getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("pixels", "left", "right"),
    [
        (np.array([[0, 65535]], np.uint16), 0, 255),
        (np.array([[0, 40000]], np.int32), 0, 155),
        (np.array([[5, 200]], np.int32), 5, 200),
        (np.array([[-1000, 100000]], np.int32), 0, 255),
        (np.array([[-0.5, 2.5]], np.float32), 0, 255),
        (np.array([[7.0, 7.0]], np.float32), 0, 0),
    ],
)
def test_deep_pixels_are_mapped_to_eight_bits(encode: Any, pixels: np.ndarray, left: int, right: int) -> None:
    decoded = decode(encode(Image.fromarray(pixels), "TIFF"))
    assert np.asarray(decoded)[0, :, 0].tolist() == pytest.approx([left, right], abs=1)


def test_pixels_that_are_no_numbers_are_refused(encode: Any) -> None:
    nan = Image.fromarray(np.full((4, 4), np.nan, np.float32))
    assert failure(encode(nan, "TIFF")).kind is FailureKind.INVALID


def test_a_wide_profile_is_converted_and_a_broken_one_ignored(picture: Image.Image, encode: Any) -> None:
    swapped = swapping_profile()
    assert decode(encode(picture, icc_profile=swapped)).tobytes() != picture.tobytes()
    assert decode(encode(picture, icc_profile=b"not a profile at all")).tobytes() == picture.tobytes()


def swapping_profile() -> bytes:
    """An sRGB profile whose red and blue primaries have changed places, under another name."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    other = icc.replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")
    return other.replace("sRGB".encode("utf-16-be"), "xXXX".encode("utf-16-be")).replace(b"sRGB", b"xXXX")


def test_the_first_frame_is_taken(picture: Image.Image, encode: Any) -> None:
    blank = Image.new("RGB", picture.size)
    for form in ("GIF", "TIFF", "WEBP", "PNG"):
        decoded = decode(encode(picture, form, save_all=True, append_images=[blank]))
        assert np.abs(colours(decoded) - colours(picture)).max() < 60


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("longest", [None, 24])
def test_a_cut_image_is_invalid(encode: Any, form: str, share: float, longest: int | None) -> None:
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 256, (64, 96, 3), np.uint8))
    data = encode(noise, form)
    assert failure(data[: int(len(data) * share)], longest=longest).kind is FailureKind.INVALID


def test_a_cut_jpeg_is_said_to_end_early(picture: Image.Image, encode: Any) -> None:
    data = encode(picture.resize((960, 640)), "JPEG")
    assert "image ends early" in failure(data[: len(data) // 2]).reason


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"\xff\xd8\xff", b"<html></html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", bytes(999)],
)
def test_what_is_no_image_is_invalid(data: bytes) -> None:
    assert failure(data).kind is FailureKind.INVALID


def test_formats_outside_the_list_are_invalid(picture: Image.Image, encode: Any) -> None:
    for form in ("PPM", "ICO", "EPS", "PDF", "SGI", "PCX", "TGA"):
        assert failure(encode(picture, form)).kind is FailureKind.INVALID


def test_a_bomb_is_too_big_before_it_is_decoded() -> None:
    bomb = png_head(60_000, 60_000)
    assert failure(bomb).kind is FailureKind.TOO_BIG
    with pytest.raises(SourceError):
        image_size(bomb)


def test_the_pixel_limit_can_be_lowered(picture: Image.Image, encode: Any) -> None:
    assert failure(encode(picture), max_pixels=1000).kind is FailureKind.TOO_BIG


def test_images_above_pillows_own_limit_are_measured() -> None:
    assert image_size(png_head(15_000, 15_000)) == (15_000, 15_000)


@settings(max_examples=60, deadline=None)
@given(form=st.sampled_from(FORMATS), at=st.floats(0, 1), byte=st.integers(0, 255), cut=st.floats(0.02, 1))
def test_mutated_images_decode_or_fail_with_a_type(form: str, at: float, byte: int, cut: float) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((40, 30), 60).convert("RGB").save(buffer, form)
    data = bytearray(buffer.getvalue())
    data[int(at * (len(data) - 1))] = byte
    with suppress(SourceError):  # any other failure is the decoder's fault
        assert decode(bytes(data[: int(cut * len(data))]), 20, max_pixels=10_000_000).mode == "RGB"
