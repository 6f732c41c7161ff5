from __future__ import annotations

from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image, ImageDraw

from snoop_iiif import ImageRequestError
from snoop_iiif.image_api import (
    ImageRequest,
    area_limit,
    canonical_path,
    info,
    media_type_of_info,
    profile_link,
    render,
)

Version = Literal[2, 3]
WIDTH, HEIGHT = 400, 300
CORNERS = {(0, 0): (255, 0, 0), (1, 0): (0, 255, 0), (0, 1): (0, 0, 255), (1, 1): (255, 255, 0)}


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    """Four quarters: red, green above; blue, yellow below."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    for (x, y), colour in CORNERS.items():
        left, top = x * WIDTH // 2, y * HEIGHT // 2
        draw.rectangle((left, top, left + WIDTH // 2 - 1, top + HEIGHT // 2 - 1), fill=colour)
    return image


def parse(path: str, version: Version = 3) -> ImageRequest:
    region, size, rotation, quality = path.split("/")
    return ImageRequest.parse(version, region, size, rotation, quality)


def answer(path: str, image: Image.Image, version: Version = 3, max_area: int | None = None) -> Image.Image:
    data, _ = render(parse(path, version), image, max_area)
    return Image.open(BytesIO(data))


def quarters(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters, rounded to what JPEG keeps."""
    image = image.convert("RGB")
    points = [(x * image.width // 4, y * image.height // 4) for y in (1, 3) for x in (1, 3)]
    pixels = [image.getpixel(point) for point in points]
    return [tuple(255 * round(value / 255) for value in pixel) for pixel in pixels if isinstance(pixel, tuple)]


R, G, B, Y = CORNERS.values()


@pytest.mark.parametrize(
    ("path", "version", "size"),
    [
        ("full/max/0/default.jpg", 3, (400, 300)),
        ("full/max/0/default.jpg", 2, (400, 300)),
        ("full/full/0/default.jpg", 2, (400, 300)),
        ("square/max/0/default.jpg", 3, (300, 300)),
        ("10,20,100,50/max/0/default.png", 3, (100, 50)),
        ("350,250,100,100/max/0/default.png", 3, (50, 50)),
        ("pct:50,50,25,10/max/0/default.png", 3, (100, 30)),
        ("pct:0,0,0.01,0.01/max/0/default.png", 3, (1, 1)),
        ("full/200,/0/default.png", 3, (200, 150)),
        ("full/,100/0/default.png", 3, (133, 100)),
        ("full/1,/0/default.png", 3, (1, 1)),
        ("full/pct:50/0/default.png", 3, (200, 150)),
        ("full/100,100/0/default.png", 3, (100, 100)),
        ("full/!100,100/0/default.png", 3, (100, 75)),
        ("full/!1000,100/0/default.png", 3, (133, 100)),
        ("full/!1000,1000/0/default.png", 3, (400, 300)),
        ("full/!1000,1000/0/default.png", 2, (1000, 750)),
        ("full/800,/0/default.png", 2, (800, 600)),
        ("full/^800,/0/default.png", 3, (800, 600)),
        ("full/^,600/0/default.png", 3, (800, 600)),
        ("full/^pct:200/0/default.png", 3, (800, 600)),
        ("full/^100,600/0/default.png", 3, (100, 600)),
        ("full/^!1000,1000/0/default.png", 3, (1000, 750)),
        ("full/max/90/default.png", 3, (300, 400)),
        ("full/200,/270/default.webp", 3, (150, 200)),
        ("full/max/360/default.png", 3, (400, 300)),
        ("full/max/!0/default.gif", 3, (400, 300)),
        ("full/max/0/default.tif", 3, (400, 300)),
    ],
)
def test_size_of_the_answer(path: str, version: Version, size: tuple[int, int], picture: Image.Image) -> None:
    assert answer(path, picture, version).size == size


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        ("0", [R, G, B, Y]),
        ("90", [B, R, Y, G]),
        ("180", [Y, B, G, R]),
        ("270", [G, Y, R, B]),
        ("!0", [G, R, Y, B]),
        ("!90", [Y, G, B, R]),
        ("!180", [B, Y, R, G]),
    ],
)
def test_rotation_is_clockwise_after_mirroring(rotation: str, expected: list[object], picture: Image.Image) -> None:
    assert quarters(answer(f"full/max/{rotation}/default.png", picture)) == expected
    assert quarters(answer(f"full/100,/{rotation}/default.jpg", picture)) == expected


def test_other_angles_leave_transparent_corners(picture: Image.Image) -> None:
    turned = answer("full/max/22.5/default.png", picture)
    assert turned.mode == "RGBA"
    assert turned.getpixel((0, 0)) == (0, 0, 0, 0)
    white = answer("full/max/22.5/default.jpg", picture).getpixel((0, 0))
    assert isinstance(white, tuple)
    assert min(white) > 250


def test_regions_show_their_part(picture: Image.Image) -> None:
    assert quarters(answer("0,0,200,150/max/0/default.png", picture)) == [R] * 4
    assert quarters(answer("pct:50,50,50,50/50,/0/default.png", picture)) == [Y] * 4
    assert quarters(answer("100,0,200,150/100,/0/default.png", picture)) == [R, G, R, G]


def test_qualities(picture: Image.Image) -> None:
    assert answer("full/100,/0/gray.png", picture).mode == "L"
    assert answer("full/100,/0/gray.jpg", picture).mode == "L"
    assert answer("full/100,/0/color.jpg", picture).mode == "RGB"
    assert answer("full/100,/0/bitonal.png", picture).mode == "1"
    levels = answer("full/max/0/bitonal.tif", picture).convert("L").getextrema()
    assert levels == (0, 255)
    assert answer("full/max/0/color.png", picture.convert("L")).mode == "RGB"


@pytest.mark.parametrize(
    ("extension", "media_type", "pillow"),
    [
        ("jpg", "image/jpeg", "JPEG"),
        ("png", "image/png", "PNG"),
        ("webp", "image/webp", "WEBP"),
        ("gif", "image/gif", "GIF"),
        ("tif", "image/tiff", "TIFF"),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "1", "CMYK", "LA", "I;16", "I", "F", "YCbCr"])
def test_any_image_in_any_format(mode: str, extension: str, media_type: str, pillow: str, picture: Image.Image) -> None:
    source = picture.convert("L").convert("I").convert("I;16") if mode == "I;16" else picture.convert(mode)
    for path in ("full/50,", "10,10,60,40/max", "100,50,200,100/50,"):
        for quality in ("default", "color", "gray", "bitonal"):
            data, given = render(parse(f"{path}/0/{quality}.{extension}"), source)
            opened = Image.open(BytesIO(data))
            opened.load()
            assert (given, opened.format) == (media_type, pillow)


def test_sixteen_bits_keep_their_range() -> None:
    deep = Image.new("I;16", (20, 10), 65535)
    assert answer("full/max/0/default.png", deep).getextrema() == (255, 255)


def test_large_jpeg_is_decoded_at_reduced_size(tmp_path: Path, picture: Image.Image) -> None:
    path = tmp_path / "large.jpg"
    picture.resize((3203, 2401)).save(path, quality=95)
    with Image.open(path) as opened:
        small = Image.open(BytesIO(render(parse("full/100,/0/default.png"), opened)[0]))
        assert opened.size < (3203, 2401)
    assert small.size == (100, 75)
    assert quarters(small) == [R, G, B, Y]
    with Image.open(path) as opened:
        part = Image.open(BytesIO(render(parse("1602,1201,1601,1200/100,/0/default.png"), opened)[0]))
    assert quarters(part) == [Y] * 4
    edge = part.convert("RGB").getpixel((0, 0))
    assert isinstance(edge, tuple)
    assert edge[2] < 40


@pytest.mark.parametrize(
    ("path", "version", "status"),
    [
        ("x/max/0/default.jpg", 3, 400),
        ("1,2,3/max/0/default.jpg", 3, 400),
        ("-1,0,5,5/max/0/default.jpg", 3, 400),
        ("0,0,0,5/max/0/default.jpg", 3, 400),
        ("pct:0,0,0,5/max/0/default.jpg", 3, 400),
        ("400,0,5,5/max/0/default.jpg", 3, 400),
        ("pct:101,0,5,5/max/0/default.jpg", 3, 400),
        ("full/full/0/default.jpg", 3, 400),
        ("full/^max/0/default.jpg", 2, 400),
        ("full/401,/0/default.jpg", 3, 400),
        ("full/,301/0/default.jpg", 3, 400),
        ("full/pct:101/0/default.jpg", 3, 400),
        ("full/401,10/0/default.jpg", 3, 400),
        ("0,0,50,50/60,/0/default.jpg", 3, 400),
        ("full/0,/0/default.jpg", 3, 400),
        ("full/!0,5/0/default.jpg", 3, 400),
        ("full/pct:0/0/default.jpg", 3, 400),
        ("full/,/0/default.jpg", 3, 400),
        ("full/!5,/0/default.jpg", 3, 400),
        ("full/1e3,/0/default.jpg", 3, 400),
        ("full/99999,99999/0/default.jpg", 2, 400),
        ("full/^99999,99999/0/default.jpg", 3, 400),
        ("full/max/361/default.jpg", 3, 400),
        ("full/max/-90/default.jpg", 3, 400),
        ("full/max/north/default.jpg", 3, 400),
        ("full/max/0/native.jpg", 3, 400),
        ("full/max/0/default.xyz", 3, 400),
        ("full/max/0/default", 3, 400),
        ("full/max/0/default.jp2", 3, 501),
        ("full/max/0/default.pdf", 2, 501),
        ("full/^20000,1/0/default.webp", 3, 400),
    ],
)
def test_wrong_requests(path: str, version: Version, status: int, picture: Image.Image) -> None:
    with pytest.raises(ImageRequestError) as caught:
        answer(path, picture, version)
    assert caught.value.status == status
    assert "\n" not in caught.value.reason


def test_limit_confines_max_and_refuses_more(picture: Image.Image) -> None:
    assert answer("full/max/0/default.png", picture, max_area=30_000).size == (200, 150)
    assert answer("full/^max/0/default.png", picture, max_area=480_000).size == (800, 600)
    assert answer("full/!300,300/0/default.png", picture, max_area=30_000).size == (200, 150)
    with pytest.raises(ImageRequestError, match="maxArea"):
        answer("full/full/0/default.png", picture, 2, max_area=30_000)
    with pytest.raises(ImageRequestError, match="maxArea"):
        answer("full/201,/0/default.png", picture, 3, max_area=30_000)
    assert area_limit(10, 10) == 16_000_000
    assert area_limit(5000, 5000) == 25_000_000
    assert area_limit(50_000, 50_000) == 64_000_000


@pytest.mark.parametrize(
    ("path", "version", "canonical"),
    [
        ("0,0,400,300/max/0/default.jpg", 3, "full/max/0/default.jpg"),
        ("square/,150/0.0/gray.png", 3, "50,0,300,300/150,150/0/gray.png"),
        ("full/^800,/!90/default.jpg", 3, "full/^800,600/!90/default.jpg"),
        ("full/400,/360/default.jpg", 3, "full/max/0/default.jpg"),
        ("pct:0,0,50,50/!100,100/22.50/default.jpg", 3, "0,0,200,150/100,75/22.5/default.jpg"),
        ("full/max/0/default.jpg", 2, "full/full/0/default.jpg"),
        ("full/!200,200/0/default.jpg", 2, "full/200,/0/default.jpg"),
        ("full/100,100/0/default.jpg", 2, "full/100,100/0/default.jpg"),
    ],
)
def test_canonical_path(path: str, version: Version, canonical: str) -> None:
    assert canonical_path(parse(path, version), WIDTH, HEIGHT) == canonical
    assert canonical_path(parse(canonical, version), WIDTH, HEIGHT) == canonical


@pytest.mark.parametrize("size", [(6001, 4003), (100, 100), (513, 1), (512, 512), (30_000, 12)])
def test_info_sizes_match_scale_factors(size: tuple[int, int]) -> None:
    versions: tuple[Version, ...] = (2, 3)
    for version in versions:
        document = info("https://e.org/i", *size, version)
        factors = document["tiles"][0]["scaleFactors"]
        expected = [{"width": ceil(size[0] / f), "height": ceil(size[1] / f)} for f in reversed(factors)]
        assert document["sizes"] == expected
        assert document["sizes"][-1] == {"width": size[0], "height": size[1]}
        assert max(expected[0].values()) <= 512


def test_every_listed_size_and_tile_can_be_had() -> None:
    image = Image.new("RGB", (1601, 1203), "white")
    document = info("https://e.org/i", *image.size, 3)
    for listed in document["sizes"]:
        got = answer(f"full/{listed['width']},{listed['height']}/0/default.jpg", image)
        assert got.size == (listed["width"], listed["height"])
    tile = document["tiles"][0]
    for factor in tile["scaleFactors"]:
        side = tile["width"] * factor
        left = (image.width - 1) // side * side
        width = ceil((image.width - left) / factor)
        height = ceil(min(side, image.height) / factor)
        got = answer(f"{left},0,{side},{side}/{width},{height}/0/default.jpg", image)
        assert got.size == (width, height)


def test_info_documents() -> None:
    third = info("https://e.org/i", 600, 400, 3)
    assert (third["id"], third["type"], third["profile"]) == ("https://e.org/i", "ImageService3", "level2")
    assert third["maxArea"] == 16_000_000
    assert third["extraQualities"] == ["color", "gray", "bitonal"]
    assert "sizeUpscaling" in third["extraFeatures"]
    second = info("https://e.org/i", 600, 400, 2)
    assert second["@id"] == "https://e.org/i"
    assert second["profile"][0] == "http://iiif.io/api/image/2/level2.json"
    assert "jpg" in second["profile"][1]["formats"]
    assert info("https://e.org/i", 20_000, 10_000, 3)["sizes"][-1] == {"width": 10_000, "height": 5_000}
    assert profile_link(3) == '<http://iiif.io/api/image/3/level2.json>;rel="profile"'
    assert media_type_of_info(2) == "application/ld+json"
    with pytest.raises(ValueError, match="cannot be served"):
        info("https://e.org/i", 0, 5, 3)
