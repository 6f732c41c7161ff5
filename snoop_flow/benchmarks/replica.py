"""A IIIF server on the loopback interface that answers from memory, so that a benchmark times the reader alone.

It runs in a process of its own, as a library's server does on a machine of its own: `python -m
snoop_flow.benchmarks.replica FOLDER COUNT` prints its address and serves one manifest of COUNT canvases, whose images
are those of the folder in turn, until its input ends. Each picture is rendered once at a size and kept.
"""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from PIL import Image

from snoop_flow.benchmarks.serving import served_by
from snoop_iiif.image_api import ImageRequest, render

HOST = "127.0.0.1"


class _Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path, count: int) -> None:
        super().__init__((HOST, 0), _Handler)
        self.base = f"http://{HOST}:{self.server_address[1]}"
        self.files = sorted(folder.rglob("*.jpg"))
        self.manifest = json.dumps(_manifest(self.base, self.files, count)).encode()
        self.picture = lru_cache(maxsize=None)(self._picture)

    def _picture(self, place: int, request: str) -> bytes:
        wanted = ImageRequest.parse(3, *request.split("/"))
        with Image.open(self.files[place]) as image:
            return render(wanted, image)[0]


class _Handler(BaseHTTPRequestHandler):
    server: _Site
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/", 2)
        if parts[0] == "images" and len(parts) == 3:
            body, kind = self.server.picture(int(parts[1]) % len(self.server.files), parts[2]), "image/jpeg"
        else:
            body, kind = self.server.manifest, "application/ld+json"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _manifest(base: str, files: list[Path], count: int) -> dict[str, Any]:
    sizes = []
    for path in files:
        with Image.open(path) as image:
            sizes.append(image.size)
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{base}/manifest",
        "type": "Manifest",
        "label": {"en": ["Benchmark"]},
        "items": [_canvas(base, number, *sizes[number % len(sizes)]) for number in range(count)],
    }


def _canvas(base: str, number: int, width: int, height: int) -> dict[str, Any]:
    uri, service = f"{base}/canvas/{number}", f"{base}/images/{number}"
    size = {"width": width, "height": height}
    body = {"id": f"{service}/full/max/0/default.jpg", "type": "Image", "format": "image/jpeg", **size}
    body["service"] = [{"id": service, "type": "ImageService3", "profile": "level2", **size}]
    painting = {"id": f"{uri}/painting", "type": "Annotation", "motivation": "painting", "body": body, "target": uri}
    return {
        "id": uri,
        "type": "Canvas",
        "label": {"none": [str(number)]},
        **size,
        "items": [{"id": f"{uri}/page", "type": "AnnotationPage", "items": [painting]}],
    }


def serving(folder: Path, count: int) -> AbstractContextManager[str]:
    """The address of a manifest of `count` canvases, served by another process while the `with` block lasts."""
    return served_by("snoop_flow.benchmarks.replica", folder, count)


def _main() -> None:
    site = _Site(Path(sys.argv[1]), int(sys.argv[2]))
    Thread(target=site.serve_forever, daemon=True).start()
    sys.stdout.write(f"{site.base}/manifest\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    _main()
