"""An institution that publishes real manifests, and a web site that anybody may read."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from PIL import Image

CANVASES = 6


@dataclass
class Institution:
    """Serves real manifests whose images, which cannot be had here, are drawn: every second one with a red square."""

    url: str = ""
    whole: bool = False  # pictures as large as the manifest says, else 300 pixels wide
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def serve(self, document: dict[str, Any]) -> str:
        """Serve a manifest with its first canvases; nothing is changed but where its images are."""
        if "sequences" in document:
            sequence = document["sequences"][0]
            sequence["canvases"] = sequence["canvases"][:CANVASES]
            for number, canvas in enumerate(sequence["canvases"]):
                resource = canvas["images"][0]["resource"]
                address, size = self.draw(number, resource.get("width") or canvas["width"], resource, canvas)
                canvas["images"] = [canvas["images"][0]]
                canvas["images"][0]["resource"] = {"@id": address, "@type": "dctypes:Image", **size}
        else:
            document["items"] = document["items"][:CANVASES]
            for number, canvas in enumerate(document["items"]):
                painting = canvas["items"][0]["items"][0]
                stated = painting["body"]
                body = stated[0] if isinstance(stated, list) else stated
                address, size = self.draw(number, body.get("width") or canvas["width"], body, canvas)
                painting["body"] = {"id": address, "type": "Image", "format": "image/jpeg", **size}
        return self.put("/manifest", document)

    def put(self, path: str, document: Mapping[str, Any]) -> str:
        """Serve a document as it is."""
        self.answers[path] = ("application/json", json.dumps(document).encode())
        return f"{self.url}{path}"

    def draw(
        self, number: int, width: int, stated: Mapping[str, Any], canvas: Mapping[str, Any]
    ) -> tuple[str, dict[str, int]]:
        height = stated.get("height") or canvas["height"]
        shown = (300, max(round(300 * height / width), 1))
        rng = np.random.default_rng(number)
        paper = rng.normal(190, 6, (shown[1], shown[0], 3)).clip(0, 255).astype(np.uint8)
        if number % 2 == 0:
            paper[shown[1] // 4 : shown[1] // 4 + 60, 120:180] = (200, 30, 30)
        file = io.BytesIO()
        picture = Image.fromarray(paper)
        if self.whole:
            picture = picture.resize((width, height), Image.Resampling.NEAREST)
        picture.save(file, "JPEG", quality=95)
        self.answers[f"/{number}.jpg"] = ("image/jpeg", file.getvalue())
        return f"{self.url}/{number}.jpg", {"width": width, "height": height}


@contextmanager
def serving() -> Iterator[Institution]:
    """The institution on a port of its own; like most, it lets pages of other sites read it."""
    served = Institution()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, body = served.answers.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in served.answers else 404)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        served.url = f"http://127.0.0.1:{http.server_address[1]}"
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        yield served
        http.shutdown()
