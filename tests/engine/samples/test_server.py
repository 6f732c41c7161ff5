import io
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from snoop_flow.errors import UsageError
from snoop_flow.samples import SampleServer, read_archive
from snoop_flow.samples.documents import DOCUMENTS, Quirk
from snoop_flow.samples.manifests.site import MISSING, TRUNCATED
from snoop_iiif import Collection, IIIFError, Manifest, image_url, read_document

Errors = Callable[[Mapping[str, Any]], list[str]]


@pytest.fixture(scope="module")
def server(archive: Path) -> Iterator[SampleServer]:
    with SampleServer(archive) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: SampleServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url) as opened:
        yield opened


def _collection(client: httpx.Client, url: str) -> Collection:
    document = read_document(client.get(url).content, url)
    assert isinstance(document, Collection)
    return document


def _manifest(client: httpx.Client, url: str) -> Manifest:
    document = read_document(client.get(url).raise_for_status().content, url)
    assert isinstance(document, Manifest)
    return document


def _listed(client: httpx.Client, server: SampleServer) -> list[str]:
    top = _collection(client, server.collection_url)
    parts = [_collection(client, member.uri) for member in top.members]
    return [member.uri for part in parts for member in part.members if member.kind == "manifest"]


def test_the_collection_leads_to_every_manifest_and_to_the_two_that_fail(
    client: httpx.Client, server: SampleServer
) -> None:
    top = _collection(client, server.collection_url)
    assert len(top.members) == 3
    broken = {f"{server.base_url}/{slug}/manifest.json" for slug in (TRUNCATED, MISSING)}
    assert set(_listed(client, server)) == set(server.manifest_urls.values()) | broken


def test_one_manifest_is_cut_off_and_one_is_not_there(client: httpx.Client, server: SampleServer) -> None:
    truncated = client.get(f"/{TRUNCATED}/manifest.json")
    assert truncated.status_code == 200
    with pytest.raises(IIIFError):
        read_document(truncated.content, str(truncated.url))
    assert client.get(f"/{MISSING}/manifest.json").status_code == 404


def test_every_canvas_of_every_version_is_read_and_labelled(client: httpx.Client, server: SampleServer) -> None:
    manifests = [_manifest(client, url) for url in server.manifest_urls.values()]
    canvases = [canvas for manifest in manifests for canvas in manifest.canvases]
    assert {canvas.uri for canvas in canvases} == set(server.labels)
    assert {manifest.version[0] for manifest in manifests} == {"2", "3"}
    assert all(canvas.images for canvas in canvases)
    assert {"poster", "balloon"} in server.labels.values()


def test_manifests_of_version_3_are_valid(client: httpx.Client, server: SampleServer, iiif_errors: Errors) -> None:
    documents = [client.get(url).json() for url in [*server.manifest_urls.values(), server.collection_url]]
    modern = [document for document in documents if "id" in document]
    assert len(modern) > 10
    for document in modern:
        assert iiif_errors(document) == []


def test_every_image_is_had_at_about_the_size_that_is_asked_for(client: httpx.Client, server: SampleServer) -> None:
    for slug, url in server.manifest_urls.items():
        canvas = _manifest(client, url).canvases[0]
        for offered in canvas.images:
            answer = client.get(image_url(offered, 300)).raise_for_status()
            assert answer.headers["Content-Type"] == "image/jpeg", slug
            with Image.open(io.BytesIO(answer.content)) as image:
                assert 200 <= max(image.size) <= 1150, slug
                assert image.width / image.height == pytest.approx(offered.width / offered.height, rel=0.02)  # type: ignore[operator]


def _raw(client: httpx.Client, quirk: Quirk) -> dict[str, Any]:
    slug = next(document.slug for document in DOCUMENTS if quirk in document.quirks)
    found: dict[str, Any] = client.get(f"/{slug}/manifest.json").json()
    return found


@pytest.mark.parametrize(
    ("quirk", "trace"),
    [
        (Quirk.HTML, '"<p>'),
        (Quirk.VALUE_LISTS, '"value": ["'),
        (Quirk.NONE_LANGUAGE, '"@none"'),
        (Quirk.EMPTY_LANGUAGE, '"@language": ""'),
        (Quirk.CHOICE, '"oa:Choice"'),
        (Quirk.RIGHTS_PAGE, '"license": "Domaine'),
    ],
)
def test_a_quirk_is_in_the_manifest_that_has_it(client: httpx.Client, quirk: Quirk, trace: str) -> None:
    assert trace in json.dumps(_raw(client, quirk), ensure_ascii=False)


def test_quirks_of_structure_are_there_too(client: httpx.Client) -> None:
    assert "@id" not in _raw(client, Quirk.NO_SEQUENCE_ID)["sequences"][0]
    canvas = _raw(client, Quirk.SCALED_CANVAS)["sequences"][0]["canvases"][0]
    assert canvas["width"] == 2 * canvas["images"][0]["resource"]["width"]
    canvases = _raw(client, Quirk.NO_HEIGHT)["sequences"][0]["canvases"]
    assert any("height" not in canvas for canvas in canvases)
    labels = [str(entry["label"]) for entry in _raw(client, Quirk.REPEATED_LABEL)["metadata"]]
    assert len(labels) > len(set(labels))


@pytest.mark.parametrize(
    ("key", "size", "quality", "expected"),
    [
        ("v1.1", "200,", "native", 200),
        ("v1.1", "full", "grey", None),
        ("v2", "!250,250", "default", 250),
        ("v3", "max", "default", None),
        ("v3", ",120", "bitonal", None),
    ],
)
def test_image_requests_of_each_version_are_answered(
    client: httpx.Client, archive: Path, key: str, size: str, quality: str, expected: int | None
) -> None:
    page = read_archive(archive)[0]
    base = f"/images/{key}/{page.document}_{page.page:02d}"
    described = client.get(f"{base}/info.json").raise_for_status().json()
    assert (described["width"], described["height"]) == (page.width, page.height)
    answer = client.get(f"{base}/full/{size}/0/{quality}.jpg").raise_for_status()
    with Image.open(io.BytesIO(answer.content)) as image:
        assert expected is None or expected in image.size


@pytest.mark.parametrize("key", ["level0v2", "level0v3"])
def test_level_0_has_its_listed_sizes_and_no_other(client: httpx.Client, archive: Path, key: str) -> None:
    page = read_archive(archive)[0]
    base = f"/images/{key}/{page.document}_{page.page:02d}"
    sizes = client.get(f"{base}/info.json").json()["sizes"]
    for size in sizes[:2]:
        form = f"{size['width']},{size['height']}" if key == "level0v3" else f"{size['width']},"
        with Image.open(io.BytesIO(client.get(f"{base}/full/{form}/0/default.jpg").content)) as image:
            assert image.size == (size["width"], size["height"])
    assert client.get(f"{base}/full/123,/0/default.jpg").status_code == 404
    assert client.get(f"{base}/0,0,50,50/max/0/default.jpg").status_code == 404


def test_what_a_client_has_already_is_not_sent_again(client: httpx.Client, archive: Path) -> None:
    page = read_archive(archive)[0]
    for path in (
        f"/images/v3/{page.document}_{page.page:02d}/full/90,/0/default.jpg",
        f"/files/{page.file}",
        "/collection.json",
    ):
        first = client.get(path).raise_for_status()
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_rest_of_http(client: httpx.Client, archive: Path) -> None:
    page = read_archive(archive)[0]
    base = f"/images/v2/{page.document}_{page.page:02d}"
    moved = client.get(base)
    assert (moved.status_code, moved.headers["Location"].endswith("/info.json")) == (303, True)
    head = client.head("/collection.json")
    assert head.content == b""
    assert int(head.headers["Content-Length"]) > 100
    assert head.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"{base}/full/nonsense/0/default.jpg").status_code == 400
    for path in ("/files/../archive.json", "/files/archive.json", "/images/v9/x/info.json", f"{base}/full", "/"):
        assert client.get(path).status_code == 404


def test_uris_follow_the_port(archive: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for _ in range(2):
        with SampleServer(archive, port) as server:
            assert server.collection_url == f"http://127.0.0.1:{port}/collection.json"


def test_a_port_in_use_is_one_clear_line(archive: Path, server: SampleServer) -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        SampleServer(archive, server.port)


def test_a_folder_without_archive_gives_the_port_back(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no sample archive"):
        SampleServer(tmp_path)
