"""Films of IIIF manifests: fetched in pieces by the one fetcher, HLS by our own reader, cut, and dropped."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from snoop_flow import Workspace
from snoop_flow.entities import ItemKind
from snoop_flow.errors import SourceError
from snoop_flow.videos import fetching


def _manifest(base: str, body: str, media_type: str) -> dict[str, Any]:
    canvas = f"{base}canvas/1"
    painting = {"id": body, "type": "Video", "format": media_type, "duration": 3.8, "width": 96, "height": 64}
    annotation = {"id": f"{base}a", "type": "Annotation", "motivation": "painting", "target": canvas, "body": painting}
    page = {"id": f"{base}p", "type": "AnnotationPage", "items": [annotation]}
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{base}manifest.json",
        "type": "Manifest",
        "label": {"en": ["A newsreel"]},
        "items": [
            {"id": canvas, "type": "Canvas", "duration": 3.8, "width": 192, "height": 128, "items": [page]},
        ],
    }


def _serve(server: HTTPServer, path: str, data: bytes, media_type: str) -> list[str]:
    ranges: list[str] = []

    def answer(request: Request) -> Response:
        ranges.append(request.headers.get("Range", ""))
        response = Response(data, mimetype=media_type)
        return response.make_conditional(request, accept_ranges=True, complete_length=len(data))

    server.expect_request(path).respond_with_handler(answer)
    return ranges


def _check(workspace: Workspace, server: HTTPServer) -> None:
    report = workspace.harvest([server.url_for("/manifest.json")], allow_hosts=[f"localhost:{server.port}"])
    assert (report.records, report.films, report.shots, report.items) == (1, 1, 3, 3)
    (record,) = workspace.records(report.collection)
    canvas, *rest = workspace.record_items(record.id)
    assert canvas.uri == server.url_for("/canvas/1")
    assert {one.uri for one in rest} == {canvas.uri}
    assert [one.selector for one in rest if one.kind is ItemKind.SHOT] == ["t=0,1.2", "t=1.2,2.2", "t=2.2,3.8"]
    assert rest[1].label == {"en": ("A newsreel, 0:00:00",)}
    assert record.media[0]["duration"] == 3.8
    assert not list((workspace.folder / "run" / "films").iterdir())
    again = workspace.harvest([server.url_for("/manifest.json")])
    assert (again.unchanged, again.films, again.items) == (1, 0, 3)


def test_a_film_of_a_manifest_is_fetched_in_pieces(
    workspace: Workspace, film: Any, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PIECE", 20_000)
    data = film().read_bytes()
    ranges = _serve(httpserver, "/film.mp4", data, "video/mp4")
    manifest = _manifest(httpserver.url_for("/"), httpserver.url_for("/film.mp4"), "video/mp4")
    httpserver.expect_request("/manifest.json").respond_with_json(manifest)
    _check(workspace, httpserver)
    assert ranges[0] == "bytes=0-19999"
    assert len(ranges) == -(-len(data) // 20_000)


def test_an_hls_film_is_put_together_from_its_segments(workspace: Workspace, film: Any, httpserver: HTTPServer) -> None:
    stream = film("film.ts").read_bytes()
    cut = len(stream) // 2 // 188 * 188
    _serve(httpserver, "/hls/0.ts", stream[:cut], "video/mp2t")
    _serve(httpserver, "/hls/1.ts", stream[cut:], "video/mp2t")
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:2", "#EXTINF:1.9,", "0.ts", "#EXTINF:1.9,", "1.ts", "#EXT-X-ENDLIST", ""]
    media_type = "application/vnd.apple.mpegurl"
    httpserver.expect_request("/hls/list.m3u8").respond_with_data("\n".join(lines), content_type=media_type)
    manifest = _manifest(httpserver.url_for("/"), httpserver.url_for("/hls/list.m3u8"), media_type)
    httpserver.expect_request("/manifest.json").respond_with_json(manifest)
    _check(workspace, httpserver)


def test_a_film_that_cannot_be_fetched_is_named_with_the_reason(workspace: Workspace, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/gone.mp4").respond_with_data("gone", status=404)
    manifest = _manifest(httpserver.url_for("/"), httpserver.url_for("/gone.mp4"), "video/mp4")
    httpserver.expect_request("/manifest.json").respond_with_json(manifest)
    with pytest.raises(SourceError, match="HTTP 404"):
        workspace.harvest([httpserver.url_for("/manifest.json")], allow_hosts=[f"localhost:{httpserver.port}"])
    (failure,) = workspace.failures()
    assert (failure.stage, failure.kind, failure.tries, failure.retry_at) == ("video", "gone", 1, None)
    # neither it nor its manifest has changed: it is told again, and not fetched again
    with pytest.raises(SourceError, match="HTTP 404"):
        workspace.harvest([httpserver.url_for("/manifest.json")])
    assert [request.path for request, _ in httpserver.log].count("/gone.mp4") == 1
    assert workspace.retry().failed == ()
    (again,) = workspace.retry(early=True, host=f"localhost:{httpserver.port}").failed
    assert (again.uri, again.kind) == (httpserver.url_for("/gone.mp4"), "gone")
    assert [request.path for request, _ in httpserver.log].count("/gone.mp4") == 2
