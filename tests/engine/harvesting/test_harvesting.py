"""Harvesting folders and IIIF over loopback: idempotent, typed failures, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer

from snoop_flow import Workspace
from snoop_flow.errors import FailureKind, PluginError, SourceError


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "workspace") as created:
        yield created


def _manifest(server: HTTPServer, name: str, pages: int = 2) -> dict[str, Any]:
    base = server.url_for(f"/{name}")
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{base}/manifest.json",
        "type": "Manifest",
        "label": {"fr": [f"Album {name}"]},
        "items": [
            {
                "id": f"{base}/canvas/{page}",
                "type": "Canvas",
                "label": {"none": [f"f. {page}"]},
                "width": 200,
                "height": 100,
                "items": [
                    {
                        "type": "AnnotationPage",
                        "id": f"{base}/page/{page}",
                        "items": [
                            {
                                "type": "Annotation",
                                "id": f"{base}/painting/{page}",
                                "motivation": "painting",
                                "target": f"{base}/canvas/{page}",
                                "body": {"id": f"{base}/{page}.jpg", "type": "Image", "width": 100, "height": 50},
                            }
                        ],
                    }
                ],
            }
            for page in range(pages)
        ],
    }


def _serve(server: HTTPServer, name: str, pages: int = 2) -> str:
    server.expect_request(f"/{name}/manifest.json").respond_with_json(_manifest(server, name, pages))
    return server.url_for(f"/{name}/manifest.json")


def _collection(server: HTTPServer, *names: str) -> str:
    url = server.url_for("/collection.json")
    members = [
        {"id": server.url_for(f"/{name}/manifest.json"), "type": "Manifest", "label": {"none": [name]}}
        for name in names
    ]
    document = {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": url,
        "type": "Collection",
        "label": {"none": ["c"]},
        "items": members,
    }
    server.expect_request("/collection.json").respond_with_json(document)
    return url


def _host(server: HTTPServer) -> list[str]:
    return [f"{server.host}:{server.port}"]


def test_each_folder_of_images_becomes_a_record(workspace: Workspace, pictures: Path) -> None:
    report = workspace.harvest([str(pictures)])
    assert (report.collection, report.records, report.items, report.new) == ("pictures", 3, 36, 3)
    record = workspace.records("pictures")[0]
    assert record.local
    assert record.uri == f"http://localhost:8710/iiif/manifests/{record.id}"
    item = workspace.record_items(record.id)[0]
    assert item.uri == f"http://localhost:8710/iiif/canvases/{item.id}"


def test_harvesting_again_changes_nothing_and_embeds_nothing(workspace: Workspace, pictures: Path) -> None:
    workspace.harvest([str(pictures)])
    workspace.embed()
    again = workspace.harvest([str(pictures)])
    assert (again.new, again.changed, again.unchanged, again.gone) == (0, 0, 3, 0)
    vectors = workspace.embed()
    assert (vectors.embedded, vectors.skipped) == (0, 36)


def test_a_changed_file_alone_is_embedded_again_and_a_removed_one_is_gone(
    workspace: Workspace, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "scans"
    shutil.copytree(pictures / "discs", folder)
    workspace.harvest([str(folder)])
    workspace.embed()
    files = sorted(folder.iterdir())
    Image.open(pictures / "stripes" / "stripes-00.jpg").save(files[0])
    files[1].unlink()
    os.utime(files[0], ns=(1, 1))
    assert workspace.harvest([str(folder)]).changed == 1
    vectors = workspace.embed()
    assert (vectors.embedded, vectors.skipped) == (1, 10)
    assert workspace.status().items == 11
    assert len(workspace.vectors(workspace.embedding_set())) == 11


def test_a_record_that_is_listed_no_more_is_gone(workspace: Workspace, pictures: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    shutil.copytree(pictures, folder)
    workspace.harvest([str(folder)])
    shutil.rmtree(folder / "discs")
    assert workspace.harvest([str(folder)]).gone == 1
    assert workspace.status().records == 2


def test_a_limit_marks_nothing_as_gone(workspace: Workspace, pictures: Path) -> None:
    workspace.harvest([str(pictures)])
    report = workspace.harvest([str(pictures)], limit=1)
    assert (report.records, report.gone) == (1, 0)


def test_a_collection_is_walked_and_its_images_are_fetched(
    workspace: Workspace, httpserver: HTTPServer, pictures: Path
) -> None:
    for name in ("a", "b"):
        _serve(httpserver, name)
        for page in range(2):
            body = (pictures / "discs" / f"discs-{page:02}.jpg").read_bytes()
            httpserver.expect_request(f"/{name}/{page}.jpg").respond_with_data(body, content_type="image/jpeg")
    report = workspace.harvest([_collection(httpserver, "a", "b")], collection="albums", allow_hosts=_host(httpserver))
    assert (report.collection, report.records, report.items) == ("albums", 2, 4)
    assert workspace.embed().embedded == 4
    item = workspace.record_items(workspace.records("albums")[0].id)[0]
    assert item.uri == httpserver.url_for("/a/canvas/0")
    assert workspace.thumbnail(item.id).is_file()


def test_what_cannot_be_read_is_listed_with_its_reason_and_the_rest_is_kept(
    workspace: Workspace, httpserver: HTTPServer
) -> None:
    _serve(httpserver, "good")
    httpserver.expect_request("/cut/manifest.json").respond_with_data('{"type": "Manif')
    httpserver.expect_request("/page/manifest.json").respond_with_data("<html><p>Hello", content_type="text/html")
    httpserver.expect_request("/missing/manifest.json").respond_with_data("no", status=404)
    url = _collection(httpserver, "good", "cut", "page", "missing")
    report = workspace.harvest([url], collection="c", allow_hosts=_host(httpserver))
    assert report.records == 1
    kinds = {failed.uri.split("/")[-2]: failed.kind for failed in report.failed}
    assert kinds["cut"] == FailureKind.INVALID
    assert kinds["missing"] == FailureKind.GONE
    assert kinds["page"] in (FailureKind.INVALID, FailureKind.BLOCKED)
    assert len(workspace.failures("harvest")) == 3


def test_a_manifest_that_fails_for_a_while_is_not_gone(workspace: Workspace, httpserver: HTTPServer) -> None:
    _serve(httpserver, "a")
    _serve(httpserver, "b")
    url = _collection(httpserver, "a", "b")
    workspace.harvest([url], collection="c", allow_hosts=_host(httpserver))
    httpserver.clear()
    _serve(httpserver, "a")
    httpserver.expect_request("/b/manifest.json").respond_with_data("busy", status=503, headers={"Retry-After": "99"})
    report = workspace.harvest([_collection(httpserver, "a", "b")], collection="c")
    assert (report.unchanged, report.gone, len(report.failed)) == (1, 0, 1)
    assert workspace.status().records == 2


def test_a_private_address_needs_leave(workspace: Workspace, httpserver: HTTPServer) -> None:
    url = _serve(httpserver, "a")
    with pytest.raises(SourceError, match=r"127\.0\.0\.1|localhost"):
        workspace.harvest([url])
    assert workspace.harvest([url], allow_hosts=_host(httpserver)).records == 1


def test_the_sample_of_bad_sources_is_one_clear_line_each(
    workspace: Workspace, httpserver: HTTPServer, tmp_path: Path
) -> None:
    httpserver.expect_request("/info").respond_with_data(json.dumps({"a": 1}), content_type="application/json")
    (tmp_path / "empty").mkdir()
    for location, error, reason in (
        (httpserver.url_for("/info"), SourceError, "manifest"),
        (str(tmp_path / "empty"), SourceError, "holds no images"),
        (str(tmp_path / "absent"), PluginError, "no source can read this; give an"),
    ):
        with pytest.raises(error, match=reason) as caught:
            workspace.harvest([location], allow_hosts=_host(httpserver))
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 2


def test_a_truncated_jpeg_is_a_failure_of_its_item_only(workspace: Workspace, pictures: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    shutil.copytree(pictures / "discs", folder)
    whole = (folder / "discs-00.jpg").read_bytes()
    (folder / "discs-00.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.jpg").write_text("no picture")
    report = workspace.harvest([str(folder)])
    assert [failed.reason.split(":")[0] for failed in report.failed] == ["notes.jpg"]
    vectors = workspace.embed()
    assert (vectors.embedded, vectors.failed) == (11, 1)
    assert vectors.failures[0].kind == FailureKind.INVALID


def test_fifty_real_manifests_are_read(
    workspace: Workspace, httpserver: HTTPServer, shared: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = shared / "data" / "manifests"
    names = [line.split(",")[0] for line in (folder / "index.csv").read_text("utf-8").splitlines()]
    wanted = [name for name in names if name.startswith("manifests/")][:120]
    for name in wanted:
        body = (folder / name).read_bytes()
        httpserver.expect_request(f"/{name}").respond_with_data(body, content_type="application/json")
    urls = [httpserver.url_for(f"/{name}") for name in wanted]
    report = workspace.harvest(urls, collection="real", allow_hosts=_host(httpserver))
    kept = ("canvases have no image", "kept as a record")
    # films of what was read may fail later, under addresses of their own
    stated = [failed for failed in report.failed if failed.uri in urls]
    unread = [failed for failed in stated if not any(words in failed.reason for words in kept)]
    lines = [f"{report.records} of {len(wanted)} manifests read, {report.items} items"]
    lines += [f"{failed.uri}: {failed.reason}" for failed in unread]
    record_property("manifests", "\n".join(lines))
    assert report.records + len(unread) == len(wanted)
    assert report.records >= 50
