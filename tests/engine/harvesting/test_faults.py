"""A server that does everything wrong, harvested: faults end typed, in time, in bounded memory, and spoil nothing.

The table is what `docs/reference/harvest-faults.md` shows.
"""

from __future__ import annotations

import gzip
import json
import re
import resource
import socket
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.errors import FailureKind

DEADLINE = 1.0
LIMIT = 2_000_000
P3 = "http://iiif.io/api/presentation/3/context.json"
CHALLENGE = b"<!DOCTYPE html><title>Just a moment...</title><p>Please solve the CAPTCHA</p>"
PAGE = b"<html><body>Welcome to our library</body></html>"
DOCS = Path(__file__).parents[3] / "docs" / "reference" / "harvest-faults.md"

Connection = socket.socket
Answer = bytes | Callable[[Connection, bytes], None]


def reply(body: bytes = b"", status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    named = {"Content-Length": str(len(body) if length is None else length), "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def document(**values: Any) -> bytes:
    return reply(json.dumps(values).encode(), Content_Type="application/json")


def drip(head: bytes, drop: bytes) -> Answer:
    def answer(connection: Connection, request: bytes) -> None:
        connection.sendall(head)
        while True:
            time.sleep(0.05)
            connection.sendall(drop)

    return answer


def flood(head: bytes, piece: bytes) -> Answer:
    def answer(connection: Connection, request: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return answer


def silence(connection: Connection, request: bytes) -> None:
    time.sleep(30)


def reset(connection: Connection, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TRANSIENT, INVALID, HOSTILE = FailureKind.TRANSIENT, FailureKind.INVALID, FailureKind.HOSTILE
BLOCKED, GONE, FORBIDDEN, TOO_BIG = (
    FailureKind.BLOCKED,
    FailureKind.GONE,
    FailureKind.FORBIDDEN,
    FailureKind.TOO_BIG,
)

FAULTS: dict[str, tuple[Answer, FailureKind]] = {
    "no answer at all": (silence, TRANSIENT),
    "head that drips": (drip(b"", b"H"), TRANSIENT),
    "body that drips": (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"), TRANSIENT),
    "chunks that drip": (drip(CHUNKED, b"1\r\nx\r\n"), TRANSIENT),
    "connection closed at once": (b"", TRANSIENT),
    "connection closed in the head": (b"HTTP/1.1 200 OK\r\nContent-Ty", TRANSIENT),
    "connection reset in the body": (reset, TRANSIENT),
    "body shorter than stated": (reply(b'{"a": 1}', length=900), TRANSIENT),
    "body longer than stated": (reply(b'{"type": "Manifest"}', length=10), INVALID),
    "last chunk missing": (CHUNKED + b"5\r\nhello\r\n", TRANSIENT),
    "chunk size that is no number": (CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n", INVALID),
    "two different lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", INVALID),
    "header of 300 kB": (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n", INVALID),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", INVALID),
    "gzip bomb": (reply(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"), HOSTILE),
    "gzip cut short": (reply(gzip.compress(b"x" * 1000)[:-9], Content_Encoding="gzip"), TRANSIENT),
    "gzip that is none": (reply(b"no gzip at all", Content_Encoding="gzip"), INVALID),
    "encoding nobody asked for": (reply(b"x", Content_Encoding="br"), INVALID),
    "length above the limit": (reply(b"x", length=LIMIT + 1), TOO_BIG),
    "body without end": (flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536), TOO_BIG),
    "redirect in a circle": (reply(status="302 Found", Location="/redirect-in-a-circle"), INVALID),
    "redirects without end": (lambda c, r: c.sendall(reply(status="302 Found", Location=_next(r))), INVALID),
    "redirect to a private address": (reply(status="302 Found", Location="http://10.0.0.1/"), HOSTILE),
    "redirect to a loopback port": (reply(status="302 Found", Location="http://127.0.0.1:9999/"), HOSTILE),
    "redirect to cloud metadata": (reply(status="302 Found", Location="http://169.254.169.254/latest"), HOSTILE),
    "redirect to a file": (reply(status="302 Found", Location="file:///etc/passwd"), INVALID),
    "redirect without address": (reply(status="302 Found"), INVALID),
    "401": (reply(PAGE, "401 Unauthorized"), FORBIDDEN),
    "403": (reply(PAGE, "403 Forbidden"), FORBIDDEN),
    "404": (reply(PAGE, "404 Not Found"), GONE),
    "410": (reply(PAGE, "410 Gone"), GONE),
    "429 with a time": (reply(b"", "429 Slow Down", Retry_After="99"), TRANSIENT),
    "451": (reply(b"", "451 Legal"), FORBIDDEN),
    "500": (reply(PAGE, "500 Oops"), TRANSIENT),
    "503 without a time": (reply(PAGE, "503 Busy"), TRANSIENT),
    "204": (reply(status="204 No Content"), INVALID),
    "206 nobody asked for": (reply(b"{}", "206 Partial Content"), INVALID),
    "web page instead of JSON": (reply(PAGE, Content_Type="application/json"), INVALID),
    "challenge page with 200": (reply(CHALLENGE, Content_Type="text/html"), BLOCKED),
    "challenge page with 403": (reply(CHALLENGE, "403 Forbidden", Content_Type="text/html"), BLOCKED),
    "empty body": (reply(b""), INVALID),
    "picture instead of JSON": (reply(b"\xff\xd8\xff\xe0" + bytes(500), Content_Type="image/jpeg"), INVALID),
    "JSON cut short": (reply(b'{"type": "Manifest", "items": ['), INVALID),
    "brackets without end": (reply(b"[" * 500_000), INVALID),
    "number of a million digits": (reply(b'{"type": ' + b"9" * 1_000_000 + b"}"), INVALID),
    "XML": (reply(b'<?xml version="1.0"?><a/>'), INVALID),
    "info.json": (document(**{"@context": "http://iiif.io/api/image/2/context.json", "width": 1}), INVALID),
    "annotation page": (document(**{"@context": P3, "id": "https://e.org/a", "type": "AnnotationPage"}), INVALID),
    "manifest without canvases": (document(**{"@context": P3, "type": "Manifest", "items": []}), INVALID),
}  # fmt: skip


def _next(request: bytes) -> str:
    return request.split(b" ")[1].decode() + "x"


class _Everything(dict[str, Any]):
    """Answers of the paths that are set, and of all below one that redirects without end."""

    def __missing__(self, path: str) -> Any:
        return self[path.rstrip("x")]


def _path(name: str) -> str:
    return "/" + re.sub(r"[^a-z0-9]+", "-", name.lower())


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("SNOOP_FLOW_FETCH_DEADLINE", str(DEADLINE))
    monkeypatch.setenv("SNOOP_FLOW_FETCH_MAX_BYTES", str(LIMIT))
    with Workspace.create(tmp_path / "workspace") as created:
        yield created


def good(server: Any) -> bytes:
    body = {"id": server.url("/good.jpg"), "type": "Image", "width": 10, "height": 10}
    canvas = server.url("/canvas")
    painting = {"type": "Annotation", "motivation": "painting", "target": canvas, "body": body}
    items = [{"id": canvas, "type": "Canvas", "width": 10, "height": 10, "items": [{"items": [painting]}]}]
    return document(**{"@context": P3, "id": server.url("/good"), "type": "Manifest", "label": {}, "items": items})


def test_every_fault_ends_typed_in_time_and_nothing_bad_is_stored(workspace: Workspace, server: Any) -> None:
    server.answers = _Everything({_path(name): answer for name, (answer, _) in FAULTS.items()})
    server.set("/good", good(server))
    members = [
        {"id": server.url(path), "type": "Manifest", "label": {"none": [path]}}
        for path in ("/good", *map(_path, FAULTS))
    ]
    server.set("/all", document(**{"@context": P3, "id": server.url("/all"), "type": "Collection", "items": members}))
    # once, so that what any harvest needs is loaded before memory is measured
    workspace.harvest([server.url("/good")], collection="good", allow_hosts=[server.host])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    report = workspace.harvest([server.url("/all")], collection="faults", allow_hosts=[server.host])
    seconds = time.monotonic() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    kinds = {failed.uri.removeprefix(server.url("")): failed.kind for failed in report.failed}
    assert len(FAULTS) >= 26
    print(f"{len(FAULTS)} faults in {seconds:.1f} s, {grown:.0f} MB")  # noqa: T201
    assert kinds == {_path(name): kind for name, (_, kind) in FAULTS.items()}
    assert all("\n" not in failed.reason and failed.reason for failed in report.failed)
    assert seconds < len(FAULTS) * DEADLINE
    assert grown < 60, f"{grown:.0f} MB"  # 30 times the limit of a document would be gone through unchecked
    assert (report.records, report.items, report.new) == (1, 1, 1)
    assert [record.uri for record in workspace.records("faults")] == [server.url("/good")]
    kept = {one.subject.removeprefix(server.url("")): one for one in workspace.failures("harvest", 200)}
    for name, (_, kind) in FAULTS.items():
        one = kept[_path(name)]
        assert (one.kind, one.host) == (kind, server.host)
        assert (one.retry_at is not None) == (kind in (TRANSIENT, BLOCKED))


def test_the_fault_table_of_the_docs_is_this_one() -> None:
    rows = re.findall(r"^\| (.+?) \| `([a-z-]+)` \|", DOCS.read_text("utf-8"), re.MULTILINE)
    assert rows == [(name, str(kind)) for name, (_, kind) in FAULTS.items()]


def test_what_failed_is_tried_again_when_it_is_due_and_forgotten_when_it_succeeds(
    workspace: Workspace, server: Any
) -> None:
    server.set("/a", reply(b"", "503 Busy", Retry_After="3600"))
    server.set("/b", reply(b"", "404 Not Found"))
    members = [{"id": server.url(path), "type": "Manifest"} for path in ("/good", "/a", "/b")]
    server.set("/good", good(server))
    server.set("/all", document(**{"@context": P3, "id": server.url("/all"), "type": "Collection", "items": members}))
    workspace.harvest([server.url("/all")], collection="c", allow_hosts=[server.host])
    hosts = {one.kind: one for one in workspace.failures_by_host("harvest")}
    assert (hosts["transient"].count, hosts["transient"].host) == (1, server.host)
    assert hosts["transient"].retry_at is not None
    assert hosts["gone"].retry_at is None
    assert workspace.retry().records == 0  # neither is due
    server.set("/a", good(server).replace(b'/good"', b'/a"   '))
    report = workspace.retry(host=server.host, early=True)
    assert (report.records, report.new, len(report.failed)) == (1, 1, 1)
    assert [one.kind for one in workspace.failures("harvest")] == ["gone"]
    assert workspace.status().records == 2  # nothing that was not tried again is taken for gone
