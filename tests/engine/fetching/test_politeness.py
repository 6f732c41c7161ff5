"""The manners at hosts: spacing, one connection, robots.txt, rests that outlive a restart."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import stamina

from snoop_flow.errors import FailureKind, SourceError, UsageError
from snoop_flow.fetching import (
    Fetcher,
    FetchPolicy,
    HostProfile,
    HostState,
    Turns,
    profile_of,
    read_profiles,
    shipped_profiles,
)

JSON = "application/json"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def reply(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> bytes:
    named = {"Content-Length": str(len(body)), "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


Build = Callable[..., Fetcher]


@pytest.fixture
def fetcher_for(server: Any) -> Iterator[Build]:
    """A fetcher with manners at the loopback server, which as one's own it would otherwise not slow down for."""
    opened: list[Fetcher] = []

    def build(turns: Turns | None = None, **manners: Any) -> Fetcher:
        profile = HostProfile(**{"hosts": (server.host,), "spacing": 0.0, "pace": 0.0, "robots": False, **manners})
        policy = FetchPolicy(frozenset({server.host}), attempts=1, profiles=(profile,), deadline_seconds=5)
        opened.append(Fetcher(policy, turns))
        return opened[-1]

    yield build
    for fetcher in opened:
        fetcher.close()


def failure(fetcher: Fetcher, url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetcher.get(url, accept=JSON)
    return caught.value


def asked(server: Any) -> list[str]:
    return [head.split(b" ")[1].decode() for head in server.requests]


def test_requests_are_spaced_and_one_at_a_time_whoever_makes_them(
    server: Any, fetcher_for: Build, tmp_path: Path
) -> None:
    times: list[tuple[float, float]] = []

    def slow(connection: socket.socket, request: bytes) -> None:
        began = time.monotonic()
        time.sleep(0.02)
        times.append((began, time.monotonic()))
        connection.sendall(reply())

    url = server.set("/a", slow)
    # two fetchers share the queue through the folder, as two processes do
    fetchers = [fetcher_for(Turns(tmp_path), spacing=0.1) for _ in range(2)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda number: fetchers[number % 2].get(url), range(6)))
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(times)]
    assert len(gaps) == 5
    assert min(gaps) >= 0.09


def test_a_slow_host_is_given_more_time(server: Any, fetcher_for: Build) -> None:
    def slow(connection: socket.socket, request: bytes) -> None:
        time.sleep(0.1)
        connection.sendall(reply())

    fetcher = fetcher_for(pace=5.0)
    fetcher.get(server.set("/a", slow))
    began = time.monotonic()
    fetcher.get(server.set("/b", reply()))
    assert time.monotonic() - began >= 0.45


def test_images_may_have_a_spacing_of_their_own() -> None:
    profile = HostProfile(("e.org",), spacing=1.0, image_spacing=12.0)
    assert profile.pause(True, 0.1, 0.0) == 12.0
    assert profile.pause(False, 0.1, 0.0) == 1.0
    assert profile.pause(False, 2.0, 0.0) == 10.0
    assert profile.pause(False, 100.0, 0.0) == 60.0
    assert profile.pause(False, 0.1, 20.0) == 20.0


def test_waiting_for_a_turn_is_no_part_of_the_deadline(server: Any, fetcher_for: Build) -> None:
    url = server.set("/a", reply())
    fetcher = fetcher_for(spacing=0.6)
    for _ in range(3):
        fetcher.get(url)


ROBOTS = b"User-agent: snoop-flow\nDisallow: /closed\nCrawl-delay: 0.3\n\nUser-agent: *\nDisallow: /\n"


def test_robots_txt_is_read_once_and_kept_to(server: Any, fetcher_for: Build) -> None:
    server.set("/robots.txt", reply(ROBOTS))
    fetcher = fetcher_for(robots=True)
    error = failure(fetcher, server.set("/closed/a", reply()))
    assert error.kind is FailureKind.FORBIDDEN
    assert "robots.txt" in error.reason
    began = time.monotonic()
    for _ in range(2):
        fetcher.get(server.set("/open", reply()))
    assert time.monotonic() - began >= 0.28
    assert asked(server) == ["/robots.txt", "/open", "/open"]


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"no", "404 Not Found"),
        reply(b"<html>hello</html>", Content_Type="text/html"),
        reply(b"no", "403 Forbidden"),
    ],
)
def test_without_rules_everything_is_allowed(server: Any, fetcher_for: Build, answer: bytes) -> None:  # fmt: skip
    server.set("/robots.txt", answer)
    assert fetcher_for(robots=True).get(server.set("/a", reply())).body == b"{}"


@pytest.mark.parametrize("answer", [reply(b"no", "500 Oops"), reply(b"no", "503 Busy"), b""])
def test_rules_that_cannot_be_had_keep_out(server: Any, fetcher_for: Build, answer: bytes) -> None:
    server.set("/robots.txt", answer)
    error = failure(fetcher_for(robots=True), server.set("/a", reply()))
    assert error.kind is FailureKind.TRANSIENT
    assert error.retry_after is not None
    assert "robots.txt" in error.reason
    assert "/a" not in asked(server)


def test_a_host_that_asks_for_rest_is_left_alone_even_after_a_restart(
    server: Any, fetcher_for: Build, tmp_path: Path
) -> None:
    url = server.set("/a", reply(b"", "429 Slow Down", Retry_After="120"))
    assert failure(fetcher_for(Turns(tmp_path)), url).retry_after == 120.0
    error = failure(fetcher_for(Turns(tmp_path)), server.set("/b", reply()))
    assert error.kind is FailureKind.TRANSIENT
    assert error.retry_after is not None
    assert 110 < error.retry_after <= 120
    assert "left alone until" in error.reason
    assert asked(server) == ["/a"]
    state = Turns(tmp_path).states()[server.host]
    assert state.troubles == 1


def test_a_short_rest_is_waited_for(server: Any, fetcher_for: Build) -> None:
    fetcher = fetcher_for()
    failure(fetcher, server.set("/a", reply(b"", "503 Busy", Retry_After="1")))
    began = time.monotonic()
    fetcher.get(server.set("/b", reply()))
    assert time.monotonic() - began >= 0.5


def test_refusals_without_a_time_double_the_rest_and_success_ends_it(server: Any) -> None:
    state = HostState()
    busy = SourceError(FailureKind.TRANSIENT, "u", "too many requests (HTTP 429)", answered=429)
    profile = HostProfile(("e.org",))
    rests = []
    for _ in range(3):
        state.failed(busy, profile, 0.0)
        rests.append(round(state.rest_until - time.time()))
    assert rests == [30, 60, 120]
    state.succeeded(0.0)
    assert (state.troubles, state.rest_until) == (0, 0.0)


def test_a_challenge_page_means_hours_of_rest(server: Any, fetcher_for: Build) -> None:
    page = b"<!doctype html><title>Verification</title><p>Prouvez que vous etes humain"
    url = server.set("/a", reply(page, Content_Type="text/html"))
    fetcher = fetcher_for(challenge=("prouvez que",), rest=7200.0)
    assert failure(fetcher, url).kind is FailureKind.BLOCKED
    error = failure(fetcher, server.set("/b", reply()))
    assert error.kind is FailureKind.BLOCKED
    assert error.retry_after is not None
    assert 7100 < error.retry_after <= 7200


def test_a_refusal_can_mean_blocked_at_some_hosts(server: Any, fetcher_for: Build) -> None:
    error = failure(fetcher_for(blocked=(403,)), server.set("/a", reply(b"", "403 Forbidden")))
    assert error.kind is FailureKind.BLOCKED
    assert "ask the institution" in error.reason


def test_connections_that_fail_again_and_again_open_the_breaker(server: Any, fetcher_for: Build) -> None:
    fetcher = fetcher_for()
    url = server.set("/a", b"")
    for _ in range(4):
        assert failure(fetcher, url).kind is FailureKind.TRANSIENT
    error = failure(fetcher, server.set("/b", reply()))
    assert error.retry_after is not None
    assert error.retry_after > 200
    assert len(server.requests) == 4


def test_a_missing_document_is_no_trouble_of_its_host(server: Any, fetcher_for: Build) -> None:
    fetcher = fetcher_for()
    for _ in range(6):
        assert failure(fetcher, server.set("/a", reply(b"", "404 Not Found"))).kind is FailureKind.GONE
    assert fetcher.get(server.set("/b", reply())).status == 200


def test_a_waiting_thread_does_not_hold_up_another_host(server: Any, fetcher_for: Build, tmp_path: Path) -> None:
    turns = Turns(tmp_path)
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with turns.turn("slow.example.org", "u"):
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(5)
    began = time.monotonic()
    with turns.turn("other.example.org", "u"):
        assert time.monotonic() - began < 1
    leave.set()
    thread.join()


def test_a_state_that_a_killed_process_cut_short_counts_as_none(tmp_path: Path) -> None:
    turns = Turns(tmp_path)
    (tmp_path / "a.example.org.json").write_text('{"host": "a.exa')
    with turns.turn("a.example.org", "u") as state:
        assert state == HostState()
    assert turns.states() == {"a.example.org": HostState()}


def test_profiles_are_data() -> None:
    found = read_profiles('[[host]]\nhosts = ["*.bnf.fr"]\nspacing = 3\nblocked = [403]', "hosts.toml")
    assert profile_of("gallica.bnf.fr", found).spacing == 3.0
    assert profile_of("bnf.fr:8080", found).blocked == (403,)
    assert profile_of("notbnf.fr", found).spacing == 0.5
    assert all(one.note for one in shipped_profiles())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[host", "not a list"),
        ("[[host]]\nspacing = 1", "names no host"),
        ('[[host]]\nhosts = ["a"]\nspeed = 1', "unknown property 'speed'"),
        ('[[host]]\nhosts = ["a"]\nspacing = "fast"', "not a list"),
        ('[[host]]\nhosts = ["a"]\nspacing = -1', "negative"),
        ("host = 3", "not a list"),
    ],
)
def test_a_wrong_profile_is_one_line(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        read_profiles(text, "hosts.toml")
    assert "\n" not in str(caught.value)


def test_nobody_is_asked_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public host; the address is one that documents may use, so nothing would be reached even if it were asked."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with Fetcher(FetchPolicy(anonymous=True, polite=True)) as fetcher, pytest.raises(UsageError, match="contact = "):
        fetcher.get("http://library.example.org/manifest.json")
