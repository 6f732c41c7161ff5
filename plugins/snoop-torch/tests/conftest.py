"""A hub on this machine, which speaks as much of Hugging Face's API as is asked of it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Serves one model; what it has and how it behaves is the test's to set."""

    url: str = ""
    model: str = "museum/eye"
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    gated: bool = False
    wrong_digest: bool = False
    breaks_after: int | None = None  # requests for files that are answered
    asked: list[str] = field(default_factory=list)

    def listing(self) -> bytes:
        def one(name: str, body: bytes) -> dict[str, object]:
            if not name.endswith(".safetensors"):
                return {"rfilename": name, "size": len(body)}
            digest = "0" * 64 if self.wrong_digest else hashlib.sha256(body).hexdigest()
            return {"rfilename": name, "size": len(body), "lfs": {"size": len(body), "sha256": digest}}

        siblings = [one(name, body) for name, body in self.files.items()]
        return json.dumps({"sha": COMMIT, "siblings": siblings, "cardData": {"license": "cc0-1.0"}}).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_GET(self) -> None:
        path, hub = urlsplit(self.path).path, self.hub
        if path == f"/api/models/{hub.model}/revision/main":
            self._give(401 if hub.gated else 200, b"" if hub.gated else hub.listing())
        elif path.startswith(f"/{hub.model}/resolve/{COMMIT}/"):
            # large files are elsewhere, as on the real one
            self.send_response(302)
            self.send_header("location", f"/store/{path.rsplit('/', 1)[1]}")
            self.send_header("content-length", "0")
            self.end_headers()
        elif (name := path.removeprefix("/store/")) in hub.files:
            self._give_file(name)
        else:
            self._give(404, b"")

    def _give_file(self, name: str) -> None:
        self.hub.asked.append(f"{name} {self.headers.get('range', '')}".strip())
        if self.hub.breaks_after is not None and len(self.hub.asked) > self.hub.breaks_after:
            self._give(503, b"")
            return
        body = self.hub.files[name]
        if not self.hub.ranges:
            self._give(200, body)
            return
        first, last = map(int, self.headers["range"].removeprefix("bytes=").split("-"))
        self._give(206, body[first : last + 1])

    def _give(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/octet-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is said."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A hub, which the environment names; models are kept below the test's folder."""
    kept = Hub()
    handler = type("Handler", (_Handler,), {"hub": kept})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv("HF_ENDPOINT", kept.url)
        monkeypatch.setenv("SNOOP_FLOW_MODELS", str(tmp_path / "models"))
        monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
        for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE"):
            monkeypatch.delenv(name, raising=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()
