"""Selectors are counted in canvas pixels, whatever size the picture has."""

from __future__ import annotations

import pytest
from PIL import Image

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.images import crop, parse_box

CANVAS = (960, 640)


@pytest.mark.parametrize(
    ("selector", "size"),
    [
        ("xywh=0,0,480,640", (48, 64)),
        ("xywh=480,0,9999,9999", (48, 64)),
        ("#xywh=pixel:10,10,10,10", (1, 1)),
        ("t=2,4&xywh=percent:25,50,50,25", (48, 16)),
        ("xywh=12.5,12.5,20,20", (3, 3)),
        ("xywh=959.9,639.9,1,1", (1, 1)),
        ("t=1,2", (96, 64)),
        ("", (96, 64)),
    ],
)
def test_a_region_is_cut_in_the_pixels_of_the_picture(
    picture: Image.Image, selector: str, size: tuple[int, int]
) -> None:
    assert crop(picture, selector, CANVAS).size == size


def test_the_right_part_is_cut(picture: Image.Image) -> None:
    assert crop(picture, "xywh=500,200,100,100", CANVAS).getcolors() == [(10 * 10, (0, 0, 220))]


def test_a_box_is_clipped_to_the_canvas() -> None:
    assert parse_box("xywh=900,600,100,100", CANVAS) == (900, 600, 60, 40)


@pytest.mark.parametrize(
    "selector",
    [
        "xywh=",
        "xywh=1,2,3",
        "xywh=1,2,3,4,5",
        "xywh=-1,0,5,5",
        "xywh=0,0,0,5",
        "xywh=960,0,5,5",
        "xywh=a,b,c,d",
        "xywh=٣,0,5,5",
    ],
)
def test_a_selector_without_an_area_is_invalid(picture: Image.Image, selector: str) -> None:
    with pytest.raises(SourceError) as caught:
        crop(picture, selector, CANVAS)
    assert caught.value.kind is FailureKind.INVALID
