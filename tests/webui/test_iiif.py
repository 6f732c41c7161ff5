"""IIIF and annotation addresses: what viewers of any site ask for."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from snoop_flow import Workspace

Items = Callable[[str], list[str]]
Errors = Callable[[Mapping[str, Any]], list[str]]


@pytest.mark.parametrize("version", [2, 3])
def test_an_image_service(client: FlaskClient, archive: Workspace, items_of: Items, version: int) -> None:
    item = archive.item(items_of("discs")[0])
    base = f"/iiif/{version}/{item.id}"
    assert client.get(base).status_code == 303
    assert client.get(base).location == f"{base}/info.json"
    info = client.get(f"{base}/info.json")
    assert (info.get_json()["width"], info.get_json()["height"]) == (item.width, item.height)
    assert info.get_json()["id" if version == 3 else "@id"] == f"http://localhost:8710{base}"
    assert info.headers["Access-Control-Allow-Origin"] == "*"
    assert f"/image/{version}/level2.json" in info.headers["Link"]
    picture = client.get(f"{base}/0,0,100,50/50,/90/default.jpg")
    assert Image.open(io.BytesIO(picture.data)).size == (25, 50)
    again = client.get(f"{base}/0,0,100,50/50,/90/default.jpg", headers={"If-None-Match": picture.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(f"{base}/full/50,/0/default.png").mimetype == "image/png"
    assert client.options(f"{base}/info.json").headers["Access-Control-Allow-Methods"]


def test_a_picture_inside_a_web_archive_has_an_image_service(
    client: FlaskClient, archive: Workspace, pictures: Path, tmp_path: Path, iiif_errors: Errors
) -> None:
    body, address = next((pictures / "discs").glob("*.jpg")).read_bytes(), "https://e.org/photo.jpg"
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(answer)}\r\n\r\n"
    )
    (tmp_path / "crawl.warc.gz").write_bytes(gzip.compress(head.encode() + answer + b"\r\n\r\n"))
    archive.harvest([str(tmp_path / "crawl.warc.gz")], collection="crawl")
    [record] = archive.records("crawl")
    [item] = archive.record_items(record.id)
    document = client.get(f"/iiif/annotated/{record.id}").get_json()
    assert not iiif_errors(document)
    assert document["items"][0]["id"] == address
    base = f"/iiif/3/{item.id}"
    assert document["items"][0]["items"][0]["items"][0]["body"]["service"][0]["id"].endswith(base)
    info = client.get(f"{base}/info.json").get_json()
    assert (info["width"], info["height"]) == Image.open(io.BytesIO(body)).size
    picture = client.get(f"{base}/full/50,/0/default.jpg")
    assert Image.open(io.BytesIO(picture.data)).width == 50
    again = client.get(f"{base}/full/50,/0/default.jpg", headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/iiif/3/none/info.json", 404),
        ("/iiif/4/none/info.json", 404),
        ("/iiif/3/{item}/full/10000,/0/default.jpg", 400),
        ("/iiif/3/{item}/9999,9999,1,1/max/0/default.jpg", 400),
        ("/iiif/3/{item}/full/max/0/default.pdf", 501),
        ("/iiif/manifests/none", 404),
        ("/annotations/none", 404),
        ("/annotations/pages/none", 404),
    ],
)
def test_what_is_not_there(client: FlaskClient, items_of: Items, path: str, status: int) -> None:
    response = client.get(path.format(item=items_of("discs")[0]))
    assert response.status_code == status
    assert response.get_json()["status"] == status
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_manifests_and_canvases(client: FlaskClient, archive: Workspace, items_of: Items, iiif_errors: Errors) -> None:
    item = archive.item(items_of("discs")[0])
    response = client.get(f"/iiif/manifests/{item.record_id}")
    assert response.content_type.startswith("application/ld+json")
    assert iiif_errors(response.get_json()) == []
    canvas = next(one for one in response.get_json()["items"] if one["id"] == item.uri)
    assert client.get(f"/iiif/canvases/{item.id}").get_json()["id"] == canvas["id"]
    assert client.get(response.request.path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_annotations_until_they_are_withdrawn(
    client: FlaskClient, archive: Workspace, items_of: Items, iiif_errors: Errors, w3c_errors: Errors
) -> None:
    disc = items_of("discs")[0]
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.fit(made.id)
    archive.enrich([made.id])
    archive.publish([made.id])
    page = client.get(f"/annotations/pages/{disc}")
    assert iiif_errors(page.get_json()) == []
    uri = page.get_json()["items"][0]["id"]
    path = uri.removeprefix("http://localhost:8710")
    single = client.get(path)
    assert single.get_json()["id"] == uri
    assert w3c_errors(single.get_json()) == []
    context = next(one for one in single.get_json()["@context"] if "snoop-flow" in one)
    assert "@context" in client.get(context.removeprefix("http://localhost:8710")).get_json()
    archive.review(made.id, reject=[disc])
    archive.publish([made.id])
    gone = client.get(path)
    assert gone.status_code == 410
    assert "withdrawn" in gone.get_json()["error"]
