"""No URL, however written, leads to a private address; shown at the socket."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetcher, FetchPolicy, check_url, is_public

HERE = Path(__file__).parent
PRIVATE = (HERE / "denied_addresses.txt").read_text("ascii").splitlines()
PUBLIC = ["8.8.8.8", "1.1.1.1", "194.199.8.10", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]
# one a line, with Python's escapes for what is not ASCII or cannot be seen
NASTY = [
    line.encode("ascii").decode("unicode_escape") for line in (HERE / "nasty_urls.txt").read_text("ascii").splitlines()
]


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made: list[Any] = []

    def record(address: Any, *rest: Any, **named: Any) -> NoReturn:
        made.append(address)
        raise ConnectionRefusedError("recorded only")

    monkeypatch.setattr(socket, "create_connection", record)
    return made


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def resolver(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)


@pytest.mark.parametrize("address", PRIVATE)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_is_never_public(address: Any) -> None:
    assert address.is_global or not is_public(address)


@pytest.mark.parametrize("url", NASTY)
def test_a_nasty_url_reaches_no_socket(url: str, connections: list[Any]) -> None:
    with Fetcher(FetchPolicy(attempts=1, deadline_seconds=5)) as fetcher, pytest.raises(SourceError) as caught:
        fetcher.get(url)
    assert connections == []
    assert not set(str(caught.value)) & set("\r\n\t\x00")


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_for_a_denied_address_reaches_no_socket(
    address: str, connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "8.8.8.8", address)
    with Fetcher(FetchPolicy(attempts=1)) as fetcher, pytest.raises(SourceError) as caught:
        fetcher.get("https://images.example.org/a")
    assert (caught.value.kind, connections) == (FailureKind.HOSTILE, [])


def test_the_checked_address_is_the_one_connected_to(connections: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "8.8.8.8", "1.1.1.1")
    with Fetcher(FetchPolicy(attempts=1)) as fetcher, pytest.raises(SourceError) as caught:
        fetcher.get("https://images.example.org/a")
    assert caught.value.kind is FailureKind.TRANSIENT
    assert connections == [("8.8.8.8", 443), ("1.1.1.1", 443)]


def test_an_allowed_name_opens_private_but_not_link_local_addresses(
    connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = FetchPolicy(frozenset({"Images.Intern:8182"}), attempts=1)
    resolve_to(monkeypatch, "10.1.2.3")
    with Fetcher(policy) as fetcher:
        with pytest.raises(SourceError) as refused:
            fetcher.get("http://images.intern/a")
        with pytest.raises(SourceError):
            fetcher.get("http://images.intern:8182/a")
        resolve_to(monkeypatch, "169.254.169.254")
        with pytest.raises(SourceError) as hostile:
            fetcher.get("http://images.intern:8182/a")
    assert connections == [("10.1.2.3", 8182)]
    assert "--allow-host images.intern:80" in refused.value.reason
    assert hostile.value.kind is FailureKind.HOSTILE


@pytest.mark.parametrize(
    ("entry", "host", "port", "allowed"),
    [
        ("127.0.0.1:80", "127.0.0.1", 80, True),
        ("127.0.0.1:80", "127.0.0.1", 81, False),
        ("intern", "INTERN", 9, True),
        ("[::1]:80", "::1", 80, True),
        ("::1", "[::1]", 80, True),
        ("intern", "intern.example.org", 80, False),
    ],
)
def test_the_allow_list_names_hosts_exactly(entry: str, host: str, port: int, allowed: bool) -> None:
    assert FetchPolicy(frozenset({entry})).allows(host, port) is allowed


@pytest.mark.parametrize(
    "url",
    [
        "https://gallica.bnf.fr/iiif/ark:/12148/btv1b8436352h/f8/full/!224,224/0/native.jpg",
        "http://iiif.example.org:8182/a%2Fb@2?x=\\y#z",
        "https://bücher.example/été.jpg",
        "https://[2606:4700::1111]:8443/a b.jpg",
        "http://under_score.example.org/",
    ],
)
def test_good_addresses_are_let_through(url: str) -> None:
    assert check_url(url).host


def test_a_password_is_not_repeated_in_the_message() -> None:
    with pytest.raises(SourceError) as caught:
        check_url("https://me:secret@example.org/")
    assert "secret" not in str(caught.value)
