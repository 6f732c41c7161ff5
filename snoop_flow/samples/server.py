"""A IIIF server for the demonstration archive, on the loopback interface only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from urllib.parse import unquote

from snoop_flow.errors import UsageError
from snoop_flow.samples.archive import Page, read_archive
from snoop_flow.samples.image_service import KEYS, information, picture
from snoop_flow.samples.manifests import Addresses, documents_of
from snoop_flow.samples.manifests.addresses import identifier
from snoop_iiif.image_api import ImageRequestError

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says."""

    status: int
    media_type: str
    body: bytes = b""
    etag: str = ""
    location: str = ""


class Site:
    """What the server knows: answers paths, knows nothing of sockets."""

    def __init__(self, folder: Path, base: str) -> None:
        """Read the archive's table and write all manifests for this base address."""
        self.folder, self.addresses = folder, Addresses(base)
        self.pages = read_archive(folder)
        self._documents = documents_of(self.pages, self.addresses)
        self._by_identifier = {identifier(page): page for page in self.pages}
        self._files = {page.file for page in self.pages}

    def answer(self, path: str, known: str) -> Answer:
        """Answer a path; `known` holds the ETags that the client has, as in If-None-Match."""
        if body := self._documents.get(path):
            return _unless_known(Answer(HTTPStatus.OK, "application/ld+json", body, _tag(body)), known)
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if parts[0] == "files" and "/".join(parts[1:]) in self._files:
            body = (self.folder / "/".join(parts[1:])).read_bytes()
            return _unless_known(Answer(HTTPStatus.OK, "image/jpeg", body, _tag(body)), known)
        if parts[0] == "images" and len(parts) in (3, 4, 7) and parts[1] in KEYS and parts[2] in self._by_identifier:
            return self._image(parts[1], self._by_identifier[parts[2]], parts[3:], known)
        return Answer(HTTPStatus.NOT_FOUND, "text/plain", b"there is nothing here\n")

    def _image(self, key: str, page: Page, parts: list[str], known: str) -> Answer:
        uri = f"{self.addresses.base}/images/{key}/{identifier(page)}"
        if not parts:
            return Answer(HTTPStatus.SEE_OTHER, "text/plain", location=f"{uri}/info.json")
        if parts == ["info.json"]:
            body = information(key, uri, page)
            return _unless_known(Answer(HTTPStatus.OK, "application/json", body, _tag(body)), known)
        if len(parts) != 4:
            return Answer(HTTPStatus.NOT_FOUND, "text/plain", b"there is nothing here\n")
        # the tag comes from the file, so that a client that has the picture costs no rendering
        etag = _tag((self.folder / page.file).read_bytes())
        if etag in known:
            return Answer(HTTPStatus.NOT_MODIFIED, "image/jpeg", etag=etag)
        try:
            body, media_type = picture(key, parts, page, self.folder)
        except ImageRequestError as error:
            return Answer(error.status, "text/plain", f"{error}\n".encode())
        return Answer(HTTPStatus.OK, media_type, body, etag)


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'


def _unless_known(answer: Answer, known: str) -> Answer:
    if answer.etag in known:
        return Answer(HTTPStatus.NOT_MODIFIED, answer.media_type, etag=answer.etag)
    return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Site


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes, which else wait for each other

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def _send(self, with_body: bool) -> None:
        answer = self.server.site.answer(self.path.split("?")[0], self.headers.get("If-None-Match", ""))
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        if answer.etag:
            self.send_header("ETag", answer.etag)
            self.send_header("Cache-Control", "no-cache")
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the harvest reports what went wrong."""


class SampleServer:
    """Serves an archive that `draw_archive` drew, while its `with` block lasts.

    URIs hold the port, so ask for a fixed one where they have to stay the same from one run to the next.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Bind the port and prepare all manifests.

        Raises:
            UsageError: the port is taken, or the folder holds no archive.
        """
        try:
            self._server = _Server((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UsageError(f"port {port} of {HOST} cannot be used ({reason}); give another one") from error
        self.port: int = self._server.server_address[1]
        self.base_url = f"http://{HOST}:{self.port}"
        try:
            self._server.site = Site(folder, self.base_url)
        except UsageError:
            self._server.server_close()
            raise
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def collection_url(self) -> str:
        """The collection that all manifests are in."""
        return self._server.site.addresses.collection()

    @property
    def manifest_urls(self) -> Mapping[str, str]:
        """A document's name → the address of its manifest; the damaged and the missing one left out."""
        site = self._server.site
        return {page.document: site.addresses.manifest(page.document) for page in site.pages}

    @property
    def labels(self) -> Mapping[str, frozenset[str]]:
        """Canvas URI → what is true of it: its kind, and its motif if it has one."""
        site = self._server.site
        return {site.addresses.canvas(page): frozenset({page.label, page.motif} - {""}) for page in site.pages}

    def __enter__(self) -> SampleServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and give the port back."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
