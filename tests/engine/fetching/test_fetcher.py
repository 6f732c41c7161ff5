"""The fetcher against a server that does everything wrong."""

from __future__ import annotations

import gzip
import json
import pickle
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import stamina

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetcher, FetchPolicy

JSON = "application/json"
CHALLENGE = b"<!DOCTYPE html><title>Just a moment...</title><p>Please solve the CAPTCHA</p>"
PAGE = b"<html><body>Welcome to our library</body></html>"


def reply(body: bytes = b"", status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """Write an HTTP answer; header names have underscores for hyphens."""
    named = {"Content-Length": str(len(body) if length is None else length), "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def fetcher_for(server: Any) -> Iterator[Callable[..., Fetcher]]:
    opened: list[Fetcher] = []

    def build(**limits: Any) -> Fetcher:
        policy = FetchPolicy(**{"allowed_hosts": frozenset({server.host}), "attempts": 1, **limits})
        opened.append(Fetcher(policy))
        return opened[-1]

    yield build
    for fetcher in opened:
        fetcher.close()


@pytest.fixture
def fetcher(fetcher_for: Callable[..., Fetcher]) -> Fetcher:
    return fetcher_for()


def failure(fetcher: Fetcher, url: str, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetcher.get(url, **options)
    assert "\n" not in str(caught.value)
    return caught.value


def test_brings_a_document_with_its_facts(server: Any, fetcher: Fetcher) -> None:
    url = server.set(
        "/a", reply(b'{"a": 1}', Content_Type="Application/JSON; charset=utf-8", ETag='"7"', Last_Modified="yesterday")
    )
    fetched = fetcher.get(url, accept=JSON)
    assert (fetched.url, fetched.status, fetched.media_type) == (url, 200, JSON)
    assert json.loads(fetched.body) == {"a": 1}
    assert (fetched.etag, fetched.last_modified, fetched.not_modified) == ('"7"', "yesterday", False)
    assert fetched.headers["content-length"] == "8"
    assert fetched.seconds >= 0


def test_brings_a_part_or_the_whole_where_the_server_knows_no_parts(server: Any, fetcher: Fetcher) -> None:
    part = b"HTTP/1.1 206 Partial Content\r\ncontent-length: 3\r\nconnection: close\r\n"
    part += b"content-range: bytes 2-4/9\r\n\r\ncde"
    answer = fetcher.get(server.set("/part", part), byte_range=(2, 4))
    assert (answer.status, answer.body) == (206, b"cde")
    assert b"range: bytes=2-4" in server.requests[-1].lower()
    assert b"accept-encoding: identity" in server.requests[-1].lower()
    whole = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nabcdefghi"
    assert fetcher.get(server.set("/whole", whole), byte_range=(2, 4)).status == 200
    with pytest.raises(SourceError):  # nobody asked for a part
        fetcher.get(server.url("/part"))


def test_names_itself_and_keeps_no_cookies(server: Any, fetcher_for: Callable[..., Fetcher]) -> None:
    fetcher = fetcher_for(user_agent="snoop-flow (+mailto:me@example.org)")
    url = server.set("/a", reply(b"x", Set_Cookie="id=1; Path=/"))
    fetcher.get(url)
    fetcher.get(url)
    assert b"user-agent: snoop-flow (+mailto:me@example.org)" in server.requests[0]
    assert b"cookie" not in server.requests[1].lower()


def test_takes_no_proxy_from_the_environment(
    server: Any, fetcher_for: Callable[..., Fetcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert fetcher_for().get(server.set("/a", reply(b"x"))).body == b"x"


def test_revalidates_a_kept_copy(server: Any, fetcher: Fetcher) -> None:
    url = server.set("/a", reply(status="304 Not Modified", ETag='"7"'))
    fetched = fetcher.get(url, etag='"7"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT")
    assert (fetched.not_modified, fetched.body, fetched.etag) == (True, b"", '"7"')
    assert b'if-none-match: "7"' in server.requests[0]
    assert b"if-modified-since: Mon, 01 Jan 2024" in server.requests[0]
    assert failure(fetcher, url).kind is FailureKind.INVALID


def test_follows_redirects_and_says_where_it_arrived(server: Any, fetcher: Fetcher) -> None:
    server.set("/c?x=1", reply(b"there"))
    server.set("/b", reply(status="307 Moved", Location=f"//{server.host}/c?x=1"))
    url = server.set("/a", reply(status="301 Moved", Location="b"))
    fetched = fetcher.get(url)
    assert (fetched.body, fetched.url) == (b"there", server.url("/c?x=1"))


def test_a_redirect_circle_ends(server: Any, fetcher: Fetcher) -> None:
    server.set("/b", reply(status="302 Found", Location="/a"))
    error = failure(fetcher, server.set("/a", reply(status="302 Found", Location="/b")))
    assert (error.kind, len(server.requests)) == (FailureKind.INVALID, 2)
    assert "circle" in error.reason


def test_an_endless_chain_of_redirects_ends(server: Any, fetcher_for: Callable[..., Fetcher]) -> None:
    for number in range(9):
        server.set(f"/{number}", reply(status="302 Found", Location=f"/{number + 1}"))
    error = failure(fetcher_for(max_redirects=3), server.url("/0"))
    assert error.kind is FailureKind.INVALID
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "location",
    ["http://10.0.0.1/", "http://localhost:81/", "http://[::1]/", "//169.254.169.254/latest", "http://a@10.0.0.1/"],
)
def test_a_redirect_to_a_private_place_is_hostile(server: Any, fetcher: Fetcher, location: str) -> None:
    error = failure(fetcher, server.set("/a", reply(status="302 Found", Location=location)))
    assert error.kind is FailureKind.HOSTILE


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://example.org/", "http://", "http://h:99999/"])
def test_a_redirect_to_no_web_address_is_refused(server: Any, fetcher: Fetcher, location: str) -> None:
    error = failure(fetcher, server.set("/a", reply(status="302 Found", Location=location)))
    assert error.kind in (FailureKind.INVALID, FailureKind.HOSTILE)
    assert len(server.requests) == 1


@pytest.mark.parametrize("part", ["head", "body", "chunks", "silence"])
def test_a_dripping_answer_ends_at_the_deadline(server: Any, fetcher_for: Callable[..., Fetcher], part: str) -> None:
    head = {
        "head": b"",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "silence": b"HTTP/1.1 200 OK\r\n\r\n",
    }[part]
    drop = {"head": b"H", "body": b"x", "chunks": b"1\r\nx\r\n", "silence": b""}[part]
    hung_up = threading.Event()

    def drip(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        try:
            while not server.stopping.wait(0.02):
                connection.sendall(drop)
        finally:
            hung_up.set()

    error = failure(fetcher_for(deadline_seconds=0.3), server.set("/drip", drip))
    assert error.kind is FailureKind.TRANSIENT
    assert "0.3 s" in error.reason
    assert part == "silence" or hung_up.wait(10)


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"x" * 10, length=20),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Ty",
        b"",
        reply(gzip.compress(b"x" * 1000)[:-9], Content_Encoding="gzip"),
    ],
)
def test_a_truncated_answer_is_passing(server: Any, fetcher: Fetcher, answer: bytes) -> None:
    assert failure(fetcher, server.set("/a", answer)).kind is FailureKind.TRANSIENT


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n",
        reply(b"no gzip at all", Content_Encoding="gzip"),
        reply(b"x", Content_Encoding="br"),
        reply(status="206 Partial Content"),
    ],
)
def test_an_answer_that_is_no_good_http_is_invalid(server: Any, fetcher: Fetcher, answer: bytes) -> None:
    assert failure(fetcher, server.set("/a", answer)).kind is FailureKind.INVALID


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "two members"])
def test_compressed_bodies_are_unpacked(server: Any, fetcher: Fetcher, encoding: str) -> None:
    text = b"canvas " * 1000
    bare = zlib.compressobj(wbits=-15)
    body = {
        "gzip": gzip.compress(text) + b"\0\0",
        "deflate": zlib.compress(text),
        "raw deflate": bare.compress(text) + bare.flush(),
        "two members": gzip.compress(text[:70]) + gzip.compress(text[70:]),
    }[encoding]
    header = "deflate" if "deflate" in encoding else "gzip"
    assert fetcher.get(server.set("/a", reply(body, Content_Encoding=header))).body == text


def test_a_compression_bomb_is_hostile(server: Any, fetcher_for: Callable[..., Fetcher]) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    error = failure(fetcher_for(max_bytes=1_000_000), server.set("/a", reply(bomb, Content_Encoding="gzip")))
    assert error.kind is FailureKind.HOSTILE


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"x" * 5000),
        reply(b"x", length=5000),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000,
        reply(gzip.compress(bytes(range(256)) * 20), Content_Encoding="gzip"),
    ],
)
def test_a_large_body_is_too_big(server: Any, fetcher: Fetcher, answer: bytes) -> None:
    assert failure(fetcher, server.set("/a", answer), max_bytes=4000).kind is FailureKind.TOO_BIG


def test_an_endless_answer_is_cut_at_the_socket(server: Any, fetcher: Fetcher) -> None:
    def flood(connection: socket.socket, request: bytes) -> None:
        while not server.stopping.is_set():
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)

    assert failure(fetcher, server.set("/a", flood), max_bytes=1000).kind is FailureKind.TOO_BIG


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("404 Not Found", FailureKind.GONE),
        ("410 Gone", FailureKind.GONE),
        ("401 Unauthorized", FailureKind.FORBIDDEN),
        ("403 Forbidden", FailureKind.FORBIDDEN),
        ("451 Legal", FailureKind.FORBIDDEN),
        ("400 Bad Request", FailureKind.INVALID),
        ("429 Slow Down", FailureKind.TRANSIENT),
        ("500 Oops", FailureKind.TRANSIENT),
        ("503 Busy", FailureKind.TRANSIENT),
        ("504 Late", FailureKind.TRANSIENT),
    ],
)
def test_a_status_has_a_meaning(server: Any, fetcher: Fetcher, status: str, kind: FailureKind) -> None:
    error = failure(fetcher, server.set("/a", reply(PAGE, status, Content_Type="text/html")))
    assert (error.kind, error.answered, error.retry_after) == (kind, int(status[:3]), None)


def test_retry_after_is_read_in_both_forms(server: Any, fetcher: Fetcher) -> None:
    url = server.set("/a", reply(status="429 Slow Down", Retry_After="120"))
    assert failure(fetcher, url).retry_after == 120.0
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    wait = failure(fetcher, server.set("/b", reply(status="503 Busy", Retry_After=later))).retry_after
    assert wait is not None
    assert 3000 < wait <= 3600
    odd = failure(fetcher, server.set("/c", reply(status="503 Busy", Retry_After="soon")))
    assert odd.retry_after is None


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "503 Busy"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_challenge_page_means_blocked(server: Any, fetcher: Fetcher, status: str, packed: bool) -> None:
    body, encoding = (gzip.compress(CHALLENGE), "gzip") if packed else (CHALLENGE, "identity")
    url = server.set("/a", reply(body, status, Content_Type="text/html", Content_Encoding=encoding))
    assert failure(fetcher, url, accept=JSON).kind is FailureKind.BLOCKED


def test_a_web_page_is_no_data(server: Any, fetcher: Fetcher) -> None:
    url = server.set("/a", reply(PAGE, Content_Type="application/json"))
    assert failure(fetcher, url, accept="image/jpeg").kind is FailureKind.INVALID
    assert fetcher.get(url).body == PAGE
    assert fetcher.get(url, accept="text/html").body == PAGE


def test_data_under_the_name_of_html_is_taken(server: Any, fetcher: Fetcher) -> None:
    url = server.set("/a", reply(b'{"captcha": 1}', Content_Type="text/html"))
    assert fetcher.get(url, accept=JSON).body == b'{"captcha": 1}'


def test_a_passing_failure_is_tried_again(server: Any, fetcher_for: Callable[..., Fetcher]) -> None:
    def once(connection: socket.socket, request: bytes) -> None:
        first = len(server.requests) == 1
        connection.sendall(reply(status="502 Bad Gateway") if first else reply(b"ok"))

    assert fetcher_for(attempts=2).get(server.set("/a", once)).body == b"ok"


@pytest.mark.parametrize("answer", [reply(status="429 Slow", Retry_After="60"), reply(status="404 No")])
def test_what_will_not_pass_at_once_is_not_tried_again(
    server: Any, fetcher_for: Callable[..., Fetcher], answer: bytes
) -> None:
    failure(fetcher_for(attempts=2), server.set("/a", answer))
    assert len(server.requests) == 1


def test_threads_share_one_fetcher(server: Any, fetcher_for: Callable[..., Fetcher]) -> None:
    fetcher = fetcher_for(connections=3)
    urls = [server.set(f"/{number}", reply(b"%d" % number)) for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        assert [int(found.body) for found in threads.map(fetcher.get, urls)] == list(range(40))


def test_a_silent_port_is_a_passing_failure() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
        with Fetcher(FetchPolicy(frozenset({host}), attempts=1)) as fetcher:
            assert failure(fetcher, f"http://{host}/").kind is FailureKind.TRANSIENT


def test_tls_with_a_server_that_speaks_none_is_invalid() -> None:
    def answer_in_clear() -> None:
        connection = plain.accept()[0]
        with connection:
            connection.recv(65536)
            connection.sendall(reply(b"x"))

    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=answer_in_clear, daemon=True).start()
        host = f"127.0.0.1:{plain.getsockname()[1]}"
        with Fetcher(FetchPolicy(frozenset({host}), attempts=1)) as tls:
            error = failure(tls, f"https://{host}/")
    assert error.kind is FailureKind.INVALID
    assert "secure" in error.reason


def test_a_silent_handshake_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        with Fetcher(FetchPolicy(frozenset({host}), attempts=1, deadline_seconds=0.2)) as fetcher:
            assert failure(fetcher, f"https://{host}/").kind is FailureKind.TRANSIENT


def test_a_failure_survives_pickling(server: Any, fetcher: Fetcher) -> None:
    error = failure(fetcher, server.set("/a", reply(status="429 Slow", Retry_After="60")))
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.kind, copy.retry_after, copy.answered) == (str(error), error.kind, 60.0, 429)
