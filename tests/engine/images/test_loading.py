"""From a stored reference to a picture, over a real loopback image server and real files."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import snoop_iiif
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetcher, FetchPolicy
from snoop_flow.images import Decoder, ImageLoader, ImageRequest


class ImageServer:
    """Serves a 960 × 640 picture in whatever size the path asks for, no info.json; a test may set other answers."""

    def __init__(self, picture: Image.Image) -> None:
        self.picture = picture.resize((960, 640))
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        self.url = ""

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path.endswith("info.json"):
            return 404, b""
        size = path.split("/")[-3].rstrip(",") if path.startswith("/iiif/") else "max"
        width = 960 if size in ("max", "full") else int(size.split(",")[0])
        buffer = io.BytesIO()
        self.picture.resize((width, width * 2 // 3)).save(buffer, "JPEG")
        return 200, buffer.getvalue()


@pytest.fixture
def server(picture: Image.Image) -> Iterator[ImageServer]:
    images = ImageServer(picture)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = images.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        images.url = f"http://127.0.0.1:{http.server_address[1]}"
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        yield images
        http.shutdown()


@pytest.fixture
def loader(server: ImageServer) -> Iterator[ImageLoader]:
    host = server.url.removeprefix("http://")
    with Fetcher(FetchPolicy(frozenset({host}), attempts=1)) as fetcher:
        yield ImageLoader(fetcher)


def reference(server: ImageServer, static: bool = True) -> Any:
    service = snoop_iiif.ImageService(f"{server.url}/iiif/a", version=3, level=2, width=960, height=640)
    url = f"{server.url}/static.jpg" if static else None
    stored = snoop_iiif.Image(url, width=960, height=640, service=service).to_dict()
    return json.loads(json.dumps(stored))


def failure(loader: ImageLoader, wanted: Any, longest: int = 96) -> SourceError:
    with pytest.raises(SourceError) as caught:
        loader.load(wanted, longest)
    return caught.value


def test_the_server_is_asked_for_what_is_needed(server: ImageServer, loader: ImageLoader) -> None:
    assert loader.load(reference(server), 96).size == (96, 64)
    assert server.asked == ["/iiif/a/full/96,/0/default.jpg"]


def test_nothing_is_enlarged(server: ImageServer, loader: ImageLoader) -> None:
    assert loader.load(reference(server), 5000).size == (960, 640)


def test_a_plain_address_is_fetched_and_shrunk(server: ImageServer, loader: ImageLoader) -> None:
    assert loader.load({"url": f"{server.url}/any.jpg"}, 96).size == (96, 64)
    assert server.asked == ["/any.jpg"]


@pytest.mark.parametrize("static", [True, False])
@pytest.mark.parametrize("status", [400, 403, 404, 500, 501])
def test_a_refused_size_falls_back_once(server: ImageServer, loader: ImageLoader, status: int, static: bool) -> None:
    server.answers["/iiif/a/full/96,/0/default.jpg"] = status, b"no"
    assert loader.load(reference(server, static), 96).size == (96, 64)
    published = "/static.jpg" if static else "/iiif/a/full/max/0/default.jpg"
    assert server.asked[1:] == ["/iiif/a/info.json", published]


def information(server: ImageServer, **facts: Any) -> bytes:
    size = {"width": 960, "height": 640}
    base = {"id": f"{server.url}/iiif/a", "type": "ImageService3", "protocol": "http://iiif.io/api/image"}
    return json.dumps({**base, "profile": "level2", **size, **facts}).encode()


def test_a_refused_size_is_mended_by_what_the_server_says_of_itself(server: ImageServer, loader: ImageLoader) -> None:
    server.answers["/iiif/a/full/96,/0/default.jpg"] = 403, b"no"
    server.answers["/iiif/a/info.json"] = 200, information(server, maxWidth=60, sizes=[{"width": 120, "height": 80}])
    assert loader.load(reference(server), 96).size == (60, 40)
    assert server.asked[1:] == ["/iiif/a/info.json", "/iiif/a/full/60,/0/default.jpg"]


def test_level_0_that_is_not_described_is_asked_for_its_sizes(server: ImageServer, loader: ImageLoader) -> None:
    stored = reference(server, static=False)
    stored["service"] = {"id": f"{server.url}/iiif/a", "version": 3, "level": 0}
    sizes = [{"width": 48, "height": 32}, {"width": 120, "height": 80}]
    server.answers["/iiif/a/info.json"] = 200, information(server, profile="level0", sizes=sizes)
    assert loader.load(stored, 96).size == (96, 64)
    assert server.asked == ["/iiif/a/info.json", "/iiif/a/full/120,80/0/default.jpg"]


def test_level_0_with_nothing_but_tiles_is_joined(server: ImageServer, loader: ImageLoader, encode: Any) -> None:
    tiles = {"tile_width": 256, "scale_factors": [1, 2, 4]}
    service = {"id": f"{server.url}/iiif/a", "version": 3, "level": 0, "width": 960, "height": 640, **tiles}
    for left in (0, 512):
        for top in (0, 512):
            size = min(512, 960 - left), min(512, 640 - top)
            part = server.picture.crop((left, top, left + size[0], top + size[1]))
            part = part.resize((size[0] // 2, size[1] // 2))
            path = f"/iiif/a/{left},{top},{size[0]},{size[1]}/{part.width},{part.height}/0/default.jpg"
            server.answers[path] = 200, encode(part)
    stored = {"width": 960, "height": 640, "service": service}
    whole = loader.load(stored, 400)
    assert whole.size == (400, 267)
    assert len(server.asked) == 4
    west, east = whole.getpixel((60, 200)), whole.getpixel((340, 200))
    assert west is not None
    assert east is not None
    assert (west[0] > 200, west[2] < 20, east[0] < 20, east[2] > 200) == (True,) * 4  # type: ignore[index]


def test_a_static_thumbnail_is_preferred(server: ImageServer, loader: ImageLoader) -> None:
    stored = {**reference(server), "renditions": [{"url": f"{server.url}/thumb.jpg", "width": 150, "height": 100}]}
    assert loader.load(stored, 96).size == (96, 64)
    assert server.asked == ["/thumb.jpg"]
    assert loader.load(stored, 300).size == (300, 200)
    assert server.asked[1:] == ["/iiif/a/full/300,/0/default.jpg"]


def test_a_region_counts_in_canvas_pixels_where_the_image_covers_a_part(
    server: ImageServer, loader: ImageLoader
) -> None:
    stored = {**reference(server), "position": [1000, 0, 960, 640]}
    part = loader.load(stored, 480, selector="xywh=1000,320,480,320", canvas_size=(1960, 640))
    colour = part.getpixel((240, 160))
    assert part.size == (480, 320)
    assert colour is not None
    assert (colour[0] > 200, colour[2] < 20) == (True, True)  # type: ignore[index]
    with pytest.raises(SourceError, match="outside of the image"):
        loader.load(stored, 480, selector="xywh=0,0,500,500", canvas_size=(1960, 640))


def test_a_picture_far_smaller_than_asked_for_is_refused(server: ImageServer, loader: ImageLoader, encode: Any) -> None:
    server.answers["/iiif/a/full/500,/0/default.jpg"] = 200, encode(Image.new("RGB", (100, 66)))
    error = failure(loader, reference(server), 500)
    assert error.kind is FailureKind.INVALID
    assert "100 × 66" in error.reason


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_left_alone(server: ImageServer, loader: ImageLoader, status: int) -> None:
    server.answers["/iiif/a/full/96,/0/default.jpg"] = status, b"no"
    assert failure(loader, reference(server)).kind is FailureKind.TRANSIENT
    assert len(server.asked) == 1


def test_a_blocking_server_is_left_alone(server: ImageServer, loader: ImageLoader) -> None:
    server.answers["/iiif/a/full/96,/0/default.jpg"] = 403, b"<html>captcha</html>"
    assert failure(loader, reference(server)).kind is FailureKind.BLOCKED
    assert len(server.asked) == 1


def test_both_addresses_may_fail(server: ImageServer, loader: ImageLoader) -> None:
    server.answers = {"/iiif/a/full/96,/0/default.jpg": (404, b""), "/static.jpg": (410, b"")}
    assert failure(loader, reference(server)).kind is FailureKind.GONE
    assert server.asked[1:] == ["/iiif/a/info.json", "/static.jpg"]


def test_a_placeholder_is_not_taken_for_the_picture(server: ImageServer, loader: ImageLoader, encode: Any) -> None:
    server.answers["/iiif/a/full/96,/0/default.jpg"] = 200, encode(Image.new("RGB", (1, 1)), "GIF")
    error = failure(loader, reference(server))
    assert error.kind is FailureKind.INVALID
    assert "1 × 1" in error.reason


@pytest.mark.parametrize("wanted", [{}, {"service": 3}, {"colour": "red"}, {"format": "image/jpeg"}])
def test_a_reference_that_names_no_image_is_invalid(loader: ImageLoader, wanted: Any) -> None:
    assert failure(loader, wanted).kind is FailureKind.INVALID


def test_a_region_is_fetched_in_its_own_resolution(server: ImageServer, loader: ImageLoader) -> None:
    part = loader.load(reference(server), 96, selector="xywh=100,100,48,32", canvas_size=(480, 320))
    assert part.size == (96, 64)
    assert server.asked == ["/iiif/a/full/max/0/default.jpg"]


def test_many_come_in_order_with_failures_in_place(server: ImageServer, loader: ImageLoader, tmp_path: Path) -> None:
    references = [reference(server), {"path": str(tmp_path / "absent.jpg")}, {"url": f"{server.url}/b.jpg"}]
    wanted = [ImageRequest(one) for one in references] * 5
    with Decoder(1) as decoder:
        found = list(ImageLoader(loader._fetcher, decoder.decode).load_many(wanted, 96, workers=3))
    assert [type(one) for one in found] == [Image.Image, SourceError, Image.Image] * 5


def test_a_local_file_is_read(loader: ImageLoader, tmp_path: Path, picture: Image.Image) -> None:
    picture.save(tmp_path / "a.tif")
    assert loader.load({"path": str(tmp_path / "a.tif")}, 48).size == (48, 32)


def test_local_failures_have_a_kind(loader: ImageLoader, tmp_path: Path) -> None:
    (tmp_path / "cut.jpg").write_bytes(b"\xff\xd8\xff")
    os.mkfifo(tmp_path / "pipe")
    kinds = {"absent": FailureKind.GONE, "cut.jpg": FailureKind.INVALID, "pipe": FailureKind.INVALID}
    for name, kind in kinds.items():
        assert failure(loader, {"path": str(tmp_path / name)}).kind is kind
    assert failure(loader, {"path": str(tmp_path)}).kind is FailureKind.INVALID
