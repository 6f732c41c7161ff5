"""Thumbnails are whole or absent, and never outside their folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from snoop_flow.errors import UsageError
from snoop_flow.images import THUMBNAIL_SIZE, Thumbnails


def test_keeps_a_small_jpeg_per_item(tmp_path: Path, picture: Image.Image) -> None:
    thumbnails = Thumbnails(tmp_path / "thumbnails")
    assert not thumbnails.has("item-1")
    path = thumbnails.put("item-1", picture.resize((960, 640)))
    assert path == thumbnails.path("item-1")
    assert thumbnails.has("item-1")
    with Image.open(path) as kept:
        assert (kept.format, kept.size) == ("JPEG", (THUMBNAIL_SIZE, 213))
    assert [file.name for file in path.parent.iterdir()] == ["item-1.jpg"]
    assert len(path.relative_to(thumbnails.folder).parts[0]) == 2


def test_a_newer_picture_replaces_the_older(tmp_path: Path, picture: Image.Image) -> None:
    thumbnails = Thumbnails(tmp_path)
    thumbnails.put("a", picture)
    with Image.open(thumbnails.put("a", picture.resize((10, 20)))) as kept:
        assert kept.size == (10, 20)


def test_a_failed_write_leaves_the_old_one(tmp_path: Path, picture: Image.Image) -> None:
    thumbnails = Thumbnails(tmp_path)
    before = thumbnails.put("a", picture).read_bytes()
    with pytest.raises((OSError, ValueError, SystemError)):
        thumbnails.put("a", Image.new("RGB", (70_000, 0)))
    assert thumbnails.path("a").read_bytes() == before
    assert len(list(thumbnails.path("a").parent.iterdir())) == 1


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a", "a/b", "a\\b", "/etc/passwd", "A", "a.jpg", "a\x00", "a\n", "é", "a" * 129, "%2e"]
)
def test_other_names_reach_no_file(tmp_path: Path, name: str) -> None:
    thumbnails = Thumbnails(tmp_path)
    with pytest.raises(UsageError):
        thumbnails.path(name)
    with pytest.raises(UsageError):
        thumbnails.has(name)
