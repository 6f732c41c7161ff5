"""Wherever an address can come from, nothing outside the allowed set is connected to: watched at the socket itself."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from snoop_flow import SnoopError, Workspace

P3 = "http://iiif.io/api/presentation/3/context.json"
_watched: list[set[tuple[str, int]]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watched and isinstance(arguments[1], tuple):
        _watched[-1].add((str(arguments[1][0]), int(arguments[1][1])))


sys.addaudithook(_watch)  # sees every connection of this process, whoever opens it; never removed


@contextmanager
def watching() -> Iterator[set[tuple[str, int]]]:
    """All addresses that this process connects to meanwhile."""
    _watched.append(set())
    try:
        yield _watched[-1]
    finally:
        _watched.pop()


class Site:
    """An allowed server whose documents lead elsewhere, and a canary that nobody may touch."""

    def __init__(self) -> None:
        self.documents: dict[str, tuple[str, bytes, str]] = {}
        self.touched: list[str] = []
        self.url = self.canary = ""

    def give(self, path: str, body: Any, kind: str = "application/json", location: str = "") -> str:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.documents[path] = (kind, data, location)
        return self.url + path


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.server is outside:
                found.touched.append(self.path)
            kind, body, location = found.documents.get(self.path.split("?")[0], ("text/plain", b"no", ""))
            known = self.path.split("?")[0] in found.documents
            self.send_response(302 if location else 200 if known else 404)
            self.send_header("Content-Type", kind)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as inside,
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as outside,
    ):
        for server in (inside, outside):
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        found.url = f"http://127.0.0.1:{inside.server_address[1]}"
        found.canary = f"http://127.0.0.1:{outside.server_address[1]}"
        yield found
        inside.shutdown()
        outside.shutdown()


def manifest(site: Site, **image: Any) -> dict[str, Any]:
    body = {"id": f"{site.url}/i.jpg", "type": "Image", "width": 400, "height": 300, **image}
    painting = {"type": "Annotation", "motivation": "painting", "target": f"{site.url}/c", "body": body}
    canvas = {"id": f"{site.url}/c", "type": "Canvas", "width": 400, "height": 300, "items": [{"items": [painting]}]}
    return {"@context": P3, "id": f"{site.url}/m", "type": "Manifest", "label": {"none": ["x"]}, "items": [canvas]}


def service(base: str, level: int = 2) -> list[dict[str, Any]]:
    return [{"id": base, "type": "ImageService3", "profile": f"level{level}"}]


def collection(site: Site, **facts: Any) -> dict[str, Any]:
    return {"@context": P3, "id": f"{site.url}/all", "type": "Collection", "label": {}, "items": [], **facts}


def oai(*inner: str) -> bytes:
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{"".join(inner)}</ListRecords></OAI-PMH>'.encode()


def oai_record(address: str) -> str:
    dublin = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head = "<header><identifier>oai:a:1</identifier><datestamp>2026-01-01</datestamp></header>"
    return f"<record>{head}<metadata><dc {dublin}><dc:identifier>{address}</dc:identifier></dc></metadata></record>"


Place = Callable[[Site, str], str]
# each leads from the allowed server to a forbidden address, and gives the location to harvest
PLACES: dict[str, Place] = {
    "the location itself": lambda site, bad: f"{bad}/m",
    "a member of a collection": lambda site, bad: site.give(
        "/all", collection(site, items=[{"id": f"{bad}/m", "type": "Manifest"}])
    ),
    "a collection in a collection": lambda site, bad: site.give(
        "/all", collection(site, items=[{"id": f"{bad}/m", "type": "Collection"}])
    ),
    "the next page of a collection": lambda site, bad: site.give("/all", collection(site, next=f"{bad}/p")),
    "the first page of a collection": lambda site, bad: site.give("/all", collection(site, first={"id": f"{bad}/p"})),
    "a redirect": lambda site, bad: site.give("/m", b"", location=f"{bad}/m"),
    "a redirect of a redirect": lambda site, bad: (
        site.give("/b", b"", location=f"{bad}/m") and site.give("/m", b"", location="/b")
    ),
    "an image": lambda site, bad: site.give("/m", manifest(site, id=f"{bad}/i.jpg")),
    "an image service": lambda site, bad: site.give("/m", manifest(site, service=service(f"{bad}/i"))),
    "a service without description": lambda site, bad: site.give(
        "/m", manifest(site, id="", service=service(f"{bad}/i", 0))
    ),
    "the redirect of an image": lambda site, bad: (
        site.give("/i.jpg", b"", location=f"{bad}/i.jpg") and site.give("/m", manifest(site))
    ),
    "the service that an info.json names": lambda site, bad: (
        site.give(
            "/i/info.json",
            {"id": f"{bad}/i", "protocol": "http://iiif.io/api/image", "profile": "level0", "width": 400, "height": 300,
             "sizes": [{"width": 400, "height": 300}]},
        )
        and site.give("/m", manifest(site, id="", service=service(f"{site.url}/i", 0)))
    ),
    "a static thumbnail": lambda site, bad: site.give("/m", _thumbnailed(site, f"{bad}/t.jpg")),
    "a tile": lambda site, bad: site.give("/m", manifest(site, id="", service=_tiled(bad))),
    "the last page of a stream": lambda site, bad: site.give(
        "/all", {"type": "OrderedCollection", "last": {"id": f"{bad}/p"}}
    ),
    "an earlier page of a stream": lambda site, bad: (
        site.give("/p", {"type": "OrderedCollectionPage", "prev": f"{bad}/p", "orderedItems": []})
        and site.give("/all", {"type": "OrderedCollection", "last": f"{site.url}/p"})
    ),
    "an object of a stream": lambda site, bad: site.give(
        "/all", {"type": "OrderedCollection", "orderedItems": [{"type": "Update", "object": {"id": f"{bad}/m"}}]}
    ),
    "the target of a move": lambda site, bad: site.give(
        "/all",
        {"type": "OrderedCollection", "orderedItems": [
            {"type": "Move", "object": {"id": f"{site.url}/m"}, "target": {"id": f"{bad}/m"}}]},
    ),
    "a record of OAI-PMH": lambda site, bad: site.give("/oai", oai(oai_record(f"{bad}/manifest")), "text/xml"),
    "a template": lambda site, bad: (
        site.give("/oai", oai(oai_record("https://e.org/1")), "text/xml") + f"#manifest={bad}/{{local}}"
    ),
    "a record of SRU": lambda site, bad: site.give(
        "/SRU",
        (f"<searchRetrieveResponse><numberOfRecords>1</numberOfRecords><records><record><recordData>"
         f"<a>{bad}/manifest.json</a></recordData></record></records></searchRetrieveResponse>").encode(),
        "text/xml",
    ) + "?operation=searchRetrieve&query=a",
}  # fmt: skip


def _thumbnailed(site: Site, url: str) -> dict[str, Any]:
    document = manifest(site)
    document["items"][0]["thumbnail"] = [{"id": url, "type": "Image", "width": 400, "height": 300}]
    return document


def _tiled(bad: str) -> list[dict[str, Any]]:
    tiles = [{"width": 200, "scaleFactors": [1]}]
    return [{**service(f"{bad}/i", 0)[0], "width": 400, "height": 300, "tiles": tiles}]


@pytest.mark.parametrize("place", PLACES)
def test_no_place_leads_out_of_the_allowed_set(site: Site, place: str, tmp_path: Path) -> None:
    allowed = site.url.removeprefix("http://")
    with Workspace.create(tmp_path / "w", contact="mailto:tests@example.org") as workspace:
        for bad in forbidden(site):
            site.documents.clear()
            location = PLACES[place](site, bad)
            with watching() as connected:
                _use(workspace, location, allowed)
            outside = {host for host in connected if host != ("127.0.0.1", int(allowed.split(":")[1]))}
            assert outside == set(), (place, bad)
    assert site.touched == []


def forbidden(site: Site) -> tuple[str, ...]:
    return site.canary, "http://169.254.169.254", "http://[::1]:8080", "http://10.1.2.3"


def _use(workspace: Workspace, location: str, allowed: str) -> None:
    """Harvest it, embed it, look at it: whatever fails has to fail as ours."""
    for step in (
        lambda: workspace.analyse(location, allow_hosts=[allowed]),
        lambda: workspace.harvest([location], collection="c", allow_hosts=[allowed]),
        lambda: workspace.retry(early=True),
        lambda: workspace.embed(backbone="classical"),
    ):
        try:
            step()
        except SnoopError:
            continue


@pytest.mark.parametrize("direct", [True, False], ids=["the address of an image to search with", "a redirect of one"])
def test_no_image_that_is_searched_with_leads_out(site: Site, direct: bool, tmp_path: Path, pictures: Path) -> None:
    allowed = site.url.removeprefix("http://")
    with Workspace.create(tmp_path / "w", contact="mailto:tests@example.org") as workspace:
        own = site.give("/own.jpg", next((pictures / "discs").glob("*.jpg")).read_bytes(), "image/jpeg")
        workspace.harvest([site.give("/m", manifest(site, id=own))], collection="c", allow_hosts=[allowed])
        workspace.embed(backbone="classical")
        for bad in forbidden(site):
            address = f"{bad}/i.jpg" if direct else site.give("/r.jpg", b"", location=f"{bad}/i.jpg")
            with watching() as connected, pytest.raises(SnoopError):
                workspace.search(url=address)
            assert connected <= {("127.0.0.1", int(allowed.split(":")[1]))}, (address, connected)
        assert workspace.search(url=own).cards  # the allowed server is asked
    assert site.touched == []


@pytest.mark.parametrize("kind", ["w3c", "sas"])
@pytest.mark.parametrize("direct", [True, False], ids=["the server itself", "where it redirects to"])
def test_nothing_is_pushed_out_of_the_allowed_set(
    site: Site, kind: str, direct: bool, archive: Workspace, items_of: Callable[[str], list[str]]
) -> None:
    allowed = site.url.removeprefix("http://")
    discs = archive.create_class("discs", positives=items_of("discs")[:3])
    archive.fit(discs.id)
    archive.enrich([discs.id])
    archive.publish([discs.id], policy="all")
    with Workspace.open(archive.folder) as workspace:
        for bad in forbidden(site):
            address = (
                f"{bad}/annotations/" if direct else site.give("/annotations/", b"", location=f"{bad}/annotations/")
            )
            with watching() as connected, suppress(SnoopError):
                assert workspace.push(address, kind=kind, allow_hosts=[allowed]).sent == 0
            assert connected <= {("127.0.0.1", int(allowed.split(":")[1]))}, (address, connected)
    assert site.touched == []


def test_the_watch_sees_connections(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "i.jpg"
    Image.new("RGB", (400, 300)).save(path)
    site.give("/i.jpg", path.read_bytes(), "image/jpeg")
    location = site.give("/m", manifest(site))
    with Workspace.create(tmp_path / "w") as workspace, watching() as connected:
        workspace.harvest([location], collection="c", allow_hosts=[site.url.removeprefix("http://")])
        assert workspace.embed(backbone="classical").embedded == 1
    assert connected == {("127.0.0.1", int(site.url.rsplit(":", 1)[1]))}
