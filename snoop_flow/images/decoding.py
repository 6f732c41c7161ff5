"""Decoding foreign images: an allow-list of formats, the size read first, one RGB picture out.

Pillow does the work. Its readers raise nearly anything on malformed input; here each failure becomes a `SourceError`.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Protocol

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.images.colours import to_averaging, to_rgb

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP", "JPEG2000")
_READERS = ("Jpeg", "Mpo", "Png", "Tiff", "WebP", "Gif", "Bmp", "Jpeg2K")
MAX_PIXELS = 400_000_000
_MOST_HALVINGS = 5
_SIDEWAYS = frozenset({5, 6, 7, 8})

# Pillow's own limit is process-wide and lower than large maps need. Ours is checked right after opening; this one
# stands behind it for whatever a reader opens on its own.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

_READER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)


class Decode(Protocol):
    """What turns bytes into a picture: `decode` in this process, or `Decoder.decode` in a child process."""

    def __call__(self, data: bytes, longest: int | None = None, *, uri: str = "image") -> Image.Image:
        """Decode one image; raises `SourceError`."""


def decode(data: bytes, longest: int | None = None, *, uri: str = "image", max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Decode the first frame of an image: upright, in sRGB, on white.

    Args:
        data: a whole file in one of `FORMATS`.
        longest: the longer side wanted in pixels; larger images are shrunk (JPEG and JPEG 2000 while decoding),
            smaller ones stay as they are.
        uri: what to call the image in a failure.
        max_pixels: the largest area that is decoded at all.

    Raises:
        SourceError: INVALID when it is no image, damaged or cut, TOO_BIG above `max_pixels` or out of memory.
    """
    with _typed_failures(uri):
        picture = _loaded(data, longest, max_pixels, uri)
        picture = to_rgb(shrink(to_averaging(picture), longest))
        with suppress(*_READER_ERRORS):  # a damaged EXIF block is no reason to lose the picture
            picture = ImageOps.exif_transpose(picture)
        picture.info.clear()
        return picture


def load_readers() -> None:
    """Import the readers of `FORMATS` now rather than with the first image that needs one."""
    for name in _READERS:
        import_module(f"PIL.{name}ImagePlugin")


def image_size(data: bytes, *, uri: str = "image", max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Read width and height in pixels, upright, without decoding.

    Raises:
        SourceError: INVALID when it is no image, TOO_BIG above `max_pixels`.
    """
    with _typed_failures(uri):
        image = _opened(data, max_pixels, uri)
        width, height = image.size
        with suppress(*_READER_ERRORS):
            # Pillow already gives a TIFF's size upright
            if image.format != "TIFF" and image.getexif().get(ExifTags.Base.Orientation) in _SIDEWAYS:
                return height, width
        return width, height


def shrink(image: Image.Image, longest: int | None) -> Image.Image:
    """Scale down so that the longer side has `longest` pixels; never up."""
    if longest is None or max(image.size) <= longest:
        return image
    return image.resize(_fitted(image.size, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = longest / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _opened(data: bytes, max_pixels: int, uri: str) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    width, height = image.size
    if width * height > max_pixels:
        raise SourceError(FailureKind.TOO_BIG, uri, f"{width} × {height} pixels, more than {max_pixels}")
    return image


def _loaded(data: bytes, longest: int | None, max_pixels: int, uri: str) -> Image.Image:
    image = _opened(data, max_pixels, uri)
    halved = False
    if longest is not None and max(image.size) > longest:
        image.draft(None, _fitted(image.size, longest))
        halved = _halve(image, longest)
    try:
        image.load()
    except OSError:
        if not halved:
            raise
        return _loaded(data, None, max_pixels, uri)  # it has fewer resolutions than usual
    return image


def _halve(image: Image.Image, longest: int) -> bool:
    if not isinstance(image, Jpeg2KImageFile):
        return False
    halvings = min(_MOST_HALVINGS, (max(image.size) // longest).bit_length() - 1)
    image.reduce = halvings
    return halvings > 0


@contextmanager
def _typed_failures(uri: str) -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise SourceError(FailureKind.TOO_BIG, uri, "needs more memory than an image may take") from error
    except UnidentifiedImageError as error:
        reason = f"not an image that can be read; known are {', '.join(FORMATS)}"
        raise SourceError(FailureKind.INVALID, uri, reason) from error
    except _READER_ERRORS as error:
        what = "ends early" if "truncated" in str(error).lower() or isinstance(error, EOFError) else "is damaged"
        detail = " ".join(str(error).split())[:200] or type(error).__name__
        raise SourceError(FailureKind.INVALID, uri, f"image {what} ({detail})") from error
