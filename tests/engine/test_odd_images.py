"""Images as archives have them (print colours, 16 bits, palettes, several frames): all are embedded, as what they show.

Files that Pillow writes are written by it; those with 16 bits in each of several channels, which it only reads, by us.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from snoop_flow import Workspace
from snoop_flow.host import PluginHost

Writer = Callable[[Image.Image, Path], None]
LIKE = 0.97  # cosine to the same picture as a plain PNG; palettes and dithering cost a little


def _picture() -> Image.Image:
    picture = Image.new("RGB", (240, 160), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 30, 110, 140), fill=(210, 40, 30))
    draw.ellipse((120, 40, 220, 150), fill=(30, 50, 200))
    return picture


def _frames(form: str, **options: object) -> Writer:
    def write(picture: Image.Image, path: Path) -> None:
        black = Image.new("RGB", picture.size)
        picture.save(path, form, save_all=True, append_images=[black, black], **options)

    return write


def _saved(form: str, mode: str) -> Writer:
    def write(picture: Image.Image, path: Path) -> None:
        converted = picture.quantize(64) if mode == "P" else picture.convert(mode)
        converted.save(path, form)

    return write


def _deep_png(picture: Image.Image, path: Path) -> None:
    """16 bits in each of three channels, big-endian rows behind a filter byte each (PNG, third edition, 11.2)."""
    pixels = np.asarray(picture, np.uint16) * 257
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", picture.width, picture.height, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    parts = [struct.pack(">I", len(body)) + name + body + _crc(name + body) for name, body in chunks]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def _crc(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


def _deep_tiff(mode: str, photometric: int) -> Writer:
    """16 bits in each channel, one strip, not compressed (TIFF 6.0, section 2)."""

    def write(picture: Image.Image, path: Path) -> None:
        pixels = np.asarray(picture.convert(mode), np.uint16) * 257
        height, width, channels = pixels.shape
        data = pixels.astype("<u2").tobytes()
        behind = 8 + 2 + 10 * 12 + 4
        entries = [
            (256, 3, 1, width), (257, 3, 1, height), (258, 3, channels, behind), (259, 3, 1, 1),
            (262, 3, 1, photometric), (273, 4, 1, behind + 2 * channels), (277, 3, 1, channels), (278, 3, 1, height),
            (279, 4, 1, len(data)), (284, 3, 1, 1),
        ]  # fmt: skip
        table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
        bits = struct.pack(f"<{channels}H", *[16] * channels)
        path.write_bytes(struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + table + bytes(4) + bits + data)

    return write


ODD: dict[str, Writer] = {
    "cmyk.jpg": _saved("JPEG", "CMYK"),
    "cmyk.tif": _saved("TIFF", "CMYK"),
    "ycbcr.tif": _saved("TIFF", "YCbCr"),
    "palette.png": _saved("PNG", "P"),
    "palette.gif": _saved("GIF", "P"),
    "transparent.png": _saved("PNG", "RGBA"),
    "deep.png": _deep_png,
    "deep.tif": _deep_tiff("RGB", 2),
    "deep-cmyk.tif": _deep_tiff("CMYK", 5),
    "animated.gif": _frames("GIF"),
    "animated.png": _frames("PNG"),
    "animated.webp": _frames("WEBP", lossless=True),
    "pages.tif": _frames("TIFF"),
}


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """File → cosine of its vector to that of the plain picture; files that could not be read are missing."""
    folder = tmp_path_factory.mktemp("odd")
    picture = _picture()
    (folder / "archive").mkdir()
    for name, write in ODD.items():
        write(picture, folder / "archive" / name)
    (folder / "archive" / "cut.jpg").write_bytes((folder / "archive" / "cmyk.jpg").read_bytes()[:700])
    (folder / "archive" / "text.png").write_text("no picture", "utf-8")
    plain = PluginHost().backbone("distilled").open("cpu").embed_images([picture])[0]
    with Workspace.create(folder / "workspace") as workspace:
        harvested = workspace.harvest([str(folder / "archive")])
        report = workspace.embed()
        assert report.embedded + report.failed == harvested.items
        known = workspace.embedding_set()
        view = workspace.vectors(known)
        found = {}
        for record in workspace.records(harvested.collection):
            for item in workspace.record_items(record.id):
                rows = view.rows_of([item.number])
                if rows[0] >= 0:
                    found[item.label["none"][0]] = float(view.gather(rows)[0] @ plain)
    return found


@pytest.mark.parametrize("name", ODD)
def test_every_kind_of_image_is_seen_as_what_it_shows(embedded: dict[str, float], name: str) -> None:
    assert embedded[name] > LIKE


def test_what_is_no_image_costs_the_others_nothing(embedded: dict[str, float]) -> None:
    assert len(embedded) == len(ODD)
