"""A IIIF server on the loopback interface with many small manifests, in a process of its own: answers from memory.

`python -m snoop_flow.benchmarks.manifests COUNT CANVASES` prints the address of a collection and serves it until its
input ends. Answers have an ETag, and are given again only where it is another one; `/counts` tells how many there were.
After `/most/N` it gives no more than N, and lets who asks wait: so a harvest is met in its middle, however fast it is.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AbstractContextManager
from typing import Any

from snoop_flow.benchmarks.serving import served_by

HOST = "127.0.0.1"
_CONTEXT = "http://iiif.io/api/presentation/3/context.json"


class _Site:
    def __init__(self, count: int, canvases: int) -> None:
        self.count, self.canvases = count, canvases
        self.base = ""
        self.given = {"200": 0, "304": 0}
        self.documents: dict[str, bytes] = {}
        self.most = sys.maxsize
        self.raised = asyncio.Condition()

    def prepare(self, port: int) -> None:
        self.base = f"http://{HOST}:{port}"
        members = []
        for number in range(self.count):
            uri = f"{self.base}/m/{number}"
            members.append({"id": uri, "type": "Manifest", "label": {"none": [str(number)]}})
            self.documents[f"/m/{number}"] = json.dumps(_manifest(self.base, uri, number, self.canvases)).encode()
        collection = {"@context": _CONTEXT, "id": f"{self.base}/all", "type": "Collection", "items": members}
        self.documents["/all"] = json.dumps(collection).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self.turn(head.split(b" ", 2)[1].decode())
                writer.write(self.answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # they hung up, or we end
        finally:
            writer.close()

    async def turn(self, path: str) -> None:
        if path.startswith("/most/"):
            self.most = int(path.removeprefix("/most/"))
            async with self.raised:
                self.raised.notify_all()
        elif path in self.documents and self.reached():
            async with self.raised:
                await self.raised.wait_for(lambda: not self.reached())

    def reached(self) -> bool:
        return sum(self.given.values()) >= self.most

    def answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode()
        if path == "/counts" or path.startswith("/most/"):
            return _reply("200 OK", json.dumps(self.given).encode())
        body = self.documents.get(path)
        if body is None:
            return _reply("404 Not Found", b"")
        tag = f'"{len(body)}{path}"'
        if f"if-none-match: {tag}".lower().encode() in head.lower():
            self.given["304"] += 1
            return _reply("304 Not Modified", b"", tag)
        self.given["200"] += 1
        return _reply("200 OK", body, tag)


def _reply(status: str, body: bytes, tag: str = "") -> bytes:
    length = "" if status.startswith("304") else f"Content-Length: {len(body)}\r\n"
    tagged = f"ETag: {tag}\r\n" if tag else ""
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{length}{tagged}\r\n".encode() + body


def _manifest(base: str, uri: str, number: int, canvases: int) -> dict[str, Any]:
    return {
        "@context": _CONTEXT,
        "id": uri,
        "type": "Manifest",
        "label": {"fr": [f"Recueil {number}"], "en": [f"Album {number}"]},
        "metadata": [
            {"label": {"en": ["Creator"]}, "value": {"none": [f"Agency {number % 40}"]}},
            {"label": {"en": ["Date"]}, "value": {"none": [str(1850 + number % 90)]}},
        ],
        "rights": "http://creativecommons.org/publicdomain/mark/1.0/",
        "items": [_canvas(base, uri, number, page) for page in range(canvases)],
    }


def _canvas(base: str, uri: str, number: int, page: int) -> dict[str, Any]:
    canvas, service = f"{uri}/c/{page}", f"{base}/i/{number}-{page}"
    size = {"width": 3000, "height": 2000}
    body = {"id": f"{service}/full/max/0/default.jpg", "type": "Image", "format": "image/jpeg", **size}
    body["service"] = [{"id": service, "type": "ImageService3", "profile": "level2", **size}]
    painting = {"id": f"{canvas}/p", "type": "Annotation", "motivation": "painting", "body": body, "target": canvas}
    pages = [{"id": f"{canvas}/a", "type": "AnnotationPage", "items": [painting]}]
    return {"id": canvas, "type": "Canvas", "label": {"none": [f"f. {page + 1}"]}, **size, "items": pages}


def serving_manifests(count: int, canvases: int) -> AbstractContextManager[str]:
    """The address of a collection of `count` manifests, served by another process while the `with` block lasts."""
    return served_by("snoop_flow.benchmarks.manifests", count, canvases)


async def _main() -> None:
    site = _Site(int(sys.argv[1]), int(sys.argv[2]))
    server = await asyncio.start_server(site.serve, HOST, 0)
    site.prepare(server.sockets[0].getsockname()[1])
    sys.stdout.write(f"{site.base}/all\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
