from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from snoop_iiif import (
    Canvas,
    IIIFError,
    Image,
    ImageService,
    Rendition,
    canvas_box,
    image_tiles,
    image_url,
    thumbnail_url,
)

BASE = "https://e.org/i"
SERVICE_3 = ImageService(BASE, 3, 2)
STATIC = "https://e.org/full.jpg"


def image(across: int | None = 6000, down: int | None = 4000, url: str | None = None, **service: Any) -> Image:
    """An image of the given size whose service has the given properties."""
    return Image(url, "image/jpeg", across, down, replace(SERVICE_3, **service))


@pytest.mark.parametrize(
    ("asked", "longest", "path"),
    [
        (image(), 600, "full/600,/0/default.jpg"),
        (image(4000, 6000), 600, "full/,600/0/default.jpg"),
        (image(version=2), 600, "full/600,/0/default.jpg"),
        (image(version=1), 600, "full/600,/0/native.jpg"),
        # never more than there is
        (image(), 6000, "full/max/0/default.jpg"),
        (image(300, 200), 600, "full/max/0/default.jpg"),
        (image(300, 200, version=2), 600, "full/full/0/default.jpg"),
        (image(300, 200, version=1), 600, "full/full/0/native.jpg"),
        (image(6000, 4000, width=3000, height=2000), 6000, "full/max/0/default.jpg"),
        # what is ready on the server, if it is not much too large
        (image(sizes=((150, 100), (750, 500), (3000, 2000))), 600, "full/750,500/0/default.jpg"),
        (image(sizes=((150, 100), (750, 500)), version=2), 600, "full/750,/0/default.jpg"),
        (image(sizes=((150, 100), (3000, 2000))), 600, "full/600,/0/default.jpg"),
        (image(width=700, height=500, sizes=((700, 500),)), 600, "full/max/0/default.jpg"),
        # limits
        (image(max_width=500), 600, "full/500,/0/default.jpg"),
        (image(4000, 6000, max_width=400), 600, "full/,400/0/default.jpg"),
        (image(6000, 3000, max_width=5000, max_height=200), 600, "full/400,/0/default.jpg"),
        (image(max_area=60_000), 600, "full/300,/0/default.jpg"),
        (image(sizes=((750, 500),), width=6000, height=4000, max_width=700), 600, "full/600,/0/default.jpg"),
        # sizes nobody stated
        (image(None, None), 600, "full/!600,600/0/default.jpg"),
        (image(None, None, max_area=10_000), 600, "full/!100,100/0/default.jpg"),
        (image(None, None, level=1), 600, "full/600,/0/default.jpg"),
        # level 0: only what exists
        (image(level=0, sizes=((150, 100), (750, 500), (3000, 2000))), 800, "full/3000,2000/0/default.jpg"),
        (image(level=0, sizes=((150, 100), (750, 500))), 800, "full/750,500/0/default.jpg"),
        (image(level=0, version=2, sizes=((150, 100), (750, 500))), 800, "full/750,/0/default.jpg"),
        (image(level=0), 800, "full/max/0/default.jpg"),
        (
            image(level=0, version=2, width=6000, height=4001, tile_width=1024, scale_factors=(1, 2, 4, 8, 16)),
            600,
            "full/750,/0/default.jpg",
        ),
        # a part of an image
        (replace(image(2000, 1000), region=(10, 20, 2000, 1000)), 500, "10,20,2000,1000/500,/0/default.jpg"),
        (replace(image(200, 100), region=(10, 20, 200, 100)), 500, "10,20,200,100/max/0/default.jpg"),
    ],
)
def test_address(asked: Image, longest: int, path: str) -> None:
    assert image_url(asked, longest) == f"{BASE}/{path}"


def test_area_limit_holds_whatever_the_server_rounds() -> None:
    for width, height, limit in [(5999, 4001, 61_234), (7, 10_000, 50), (1234, 1233, 999)]:
        url = image_url(image(width, height, max_area=limit), 100_000)
        sides = [int(side) for side in url.split("/")[-3].split(",") if side]
        across = sides[0] * min(width, height) / max(width, height)
        assert sides[0] * -(-across // 1) <= limit


def test_static_images_have_one_address() -> None:
    assert image_url(Image(STATIC), 100) == STATIC
    assert image_url(image(url=STATIC, level=0), 100) == STATIC
    cropped = replace(image(level=0, url=STATIC, sizes=((150, 100),)), region=(0, 0, 5, 5))
    assert image_url(cropped, 100) == STATIC
    with pytest.raises(IIIFError, match="no address"):
        image_url(Image(None), 100)
    with pytest.raises(IIIFError, match="0 pixels"):
        image_url(Image(STATIC), 0)


def test_thumbnail_prefers_the_institutions_own() -> None:
    canvas = Canvas("https://e.org/c", {}, 6000, 4000, images=(image(),))
    assert thumbnail_url(canvas, 300) == f"{BASE}/full/300,/0/default.jpg"
    own = Image("https://e.org/thumb.jpg")
    assert thumbnail_url(replace(canvas, thumbnail=own), 300) == own.url
    tiny = replace(own, width=90, height=60)
    assert thumbnail_url(replace(canvas, thumbnail=tiny), 300) == f"{BASE}/full/300,/0/default.jpg"
    assert thumbnail_url(replace(canvas, thumbnail=tiny), 150) == own.url
    assert thumbnail_url(replace(canvas, images=(), thumbnail=tiny), 300) == own.url
    assert thumbnail_url(replace(canvas, images=())) is None


@pytest.mark.parametrize(
    ("box", "image_size", "canvas_size", "expected"),
    [
        ((10, 20, 30, 40), (100, 100), (100, 100), (10, 20, 30, 40)),
        ((10, 20, 30, 40), (100, 200), (1000, 1000), (100, 100, 300, 200)),
        ((-5, -5, 300, 300), (100, 100), (50, 60), (0, 0, 50, 60)),
        ((99.9, 99.9, 0.01, 0.01), (100, 100), (10, 10), (9, 9, 1, 1)),
        ((500, 500, 10, 10), (100, 100), (10, 10), (9, 9, 1, 1)),
    ],
)
def test_box_moves_to_the_canvas(box: Any, image_size: Any, canvas_size: Any, expected: Any) -> None:
    assert canvas_box(box, image_size, canvas_size) == expected


def test_box_on_an_image_that_covers_a_part_of_the_canvas() -> None:
    assert canvas_box((0, 50, 50, 50), (100, 100), (1000, 1000), (200, 300, 400, 400)) == (200, 500, 200, 200)
    with pytest.raises(IIIFError):
        canvas_box((0, 0, 1, 1), (0, 5), (5, 5))


def test_image_survives_json() -> None:
    full = replace(
        image(url=STATIC, sizes=((1, 2), (3, 4)), tile_width=512, scale_factors=(1, 2), max_area=9),
        region=(1, 2, 3, 4),
        position=(5, 6, 7, 8),
    )
    for stored in (full, Image(STATIC), image()):
        assert Image.from_dict(json.loads(json.dumps(stored.to_dict()))) == stored
    with pytest.raises(IIIFError, match="stored image"):
        Image.from_dict({"url": STATIC, "colour": "red"})


def test_a_static_picture_of_a_fitting_size_comes_first() -> None:
    ready = (Rendition("https://e.org/t200.jpg", 200, 133), Rendition("https://e.org/t500.jpg", 500, 333))
    asked = replace(image(), renditions=ready)
    assert image_url(asked, 448) == "https://e.org/t500.jpg"
    assert image_url(asked, 120) == "https://e.org/t200.jpg"
    assert image_url(asked, 800) == f"{BASE}/full/800,/0/default.jpg"  # nothing static is long enough
    assert image_url(asked, 20) == f"{BASE}/full/20,/0/default.jpg"  # or much too long


TILED: dict[str, Any] = {"level": 0, "width": 3001, "height": 2000, "tile_width": 512, "scale_factors": (1, 2, 4, 8)}


def test_tiles_of_level_0_make_up_the_picture_that_is_needed() -> None:
    mosaic = image_tiles(image(3001, 2000, **TILED), 700)
    assert mosaic is not None
    assert mosaic.size == (751, 500)
    assert [(tile.left, tile.top) for tile in mosaic.tiles] == [(0, 0), (512, 0)]
    assert mosaic.tiles[0].url == f"{BASE}/0,0,2048,2000/512,500/0/default.jpg"
    assert mosaic.tiles[1].url == f"{BASE}/2048,0,953,2000/239,500/0/default.jpg"
    older = image_tiles(image(3001, 2000, version=2, **TILED), 700)
    assert older is not None
    assert older.tiles[1].url == f"{BASE}/2048,0,953,2000/239,/0/default.jpg"


def test_tiles_are_left_alone_where_a_whole_picture_does() -> None:
    assert image_tiles(image(3001, 2000, **TILED), 300) is None  # one tile of factor 8 is the whole image
    assert image_tiles(image(3001, 2000, **TILED, sizes=((1000, 666),)), 700) is None
    assert image_tiles(image(3001, 2000, **{**TILED, "level": 1}), 700) is None
    assert image_tiles(image(3001, 2000, **{**TILED, "tile_width": 64}), 3000) is None  # 1 504 of them
    assert image_tiles(Image(STATIC), 700) is None
