"""The one way out: every outgoing request of the product is made here."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType, TracebackType
from typing import Self

import httpcore
import httpx
import stamina

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching.addresses import check_url, port_of
from snoop_flow.fetching.answers import check_data, refusal
from snoop_flow.fetching.contents import read_body, read_start, too_big
from snoop_flow.fetching.policy import MIB, Fetched, FetchPolicy
from snoop_flow.fetching.profiles import HostProfile, profile_of
from snoop_flow.fetching.robots import MAX_BYTES, Robots
from snoop_flow.fetching.turns import Turns
from snoop_flow.fetching.wire import CURRENT, Exchange, GuardedBackend

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WRITTEN = frozenset({200, 201, 202, 204, 205})
_REFUSAL_BYTES = 65_536
_PATIENCE_SECONDS = 2.0


class Fetcher:
    """Fetches documents and images under a policy; safe to share between threads.

    It keeps connections, but no cookies and no credentials, and takes no proxy from the environment.
    """

    def __init__(self, policy: FetchPolicy | None = None, turns: Turns | None = None) -> None:
        """Open nothing yet; connections are made on demand.

        Args:
            turns: the queues at the hosts, shared with other processes where they lie in a folder.
        """
        self.policy = policy or FetchPolicy()
        self.turns = turns or Turns()
        self._robots = Robots()
        self._known: dict[tuple[str, int], HostProfile | None] = {}
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(),
            max_connections=self.policy.connections,
            keepalive_expiry=5.0,
            network_backend=GuardedBackend(self.policy),
        )

    def __enter__(self) -> Self:
        """Use the fetcher as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def get(
        self,
        url: str,
        *,
        accept: str | None = None,
        max_bytes: int | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        byte_range: tuple[int, int] | None = None,
    ) -> Fetched:
        """Fetch one document, or a part of it.

        Args:
            url: an http or https address.
            accept: media types wanted; an HTML page is then refused unless HTML is among them.
            max_bytes: a lower or higher limit than the policy's.
            etag: validator of a copy that is kept already.
            last_modified: date of a copy that is kept already.
            byte_range: first and last byte of the part wanted; a server that knows no ranges (its status is not 206)
                gives the whole.

        Raises:
            SourceError: with the kind of failure, the HTTP status and the time to wait where the server named one.
        """
        wanted = {"accept": accept or "*/*", "if-none-match": etag, "if-modified-since": last_modified}
        if byte_range is not None:
            # compressed, the bytes counted would not be those of the document
            wanted |= {"range": f"bytes={byte_range[0]}-{byte_range[1]}", "accept-encoding": "identity"}
        headers = {name: value for name, value in wanted.items() if value is not None}
        limit = self.policy.max_bytes if max_bytes is None else max_bytes
        with self._exchange(url, limit) as exchange:
            for attempt in stamina.retry_context(
                on=_worth_another_try,
                attempts=self.policy.attempts,
                timeout=self.policy.deadline_seconds,
                wait_initial=0.2,
                wait_max=_PATIENCE_SECONDS,
                wait_jitter=0.2,
            ):
                with attempt:
                    return self._follow(url, headers, limit, exchange)
        raise AssertionError("unreachable: stamina raises the last failure")

    def send(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        *,
        media_type: str = "application/ld+json",
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Write to a server: one request, never repeated and never redirected, since either could do it twice.

        Args:
            method: POST, PUT or DELETE.
            headers: such as `Slug`, `If-Match` or `Authorization`; they go to this server only.

        Raises:
            SourceError: with the kind of failure, the HTTP status and the time to wait where the server named one.
        """
        if method not in ("POST", "PUT", "DELETE"):
            raise ValueError(method)
        target = check_url(url)
        own = {"accept": "application/ld+json, application/json;q=0.9, */*;q=0.1"}
        own |= {"content-type": media_type} if body else {}
        sent = own | {name.lower(): value for name, value in (headers or {}).items()}
        with self._exchange(url, self.policy.max_bytes) as exchange:
            answer = self._in_turn(target, sent, self.policy.max_bytes, exchange, method, body)
        if isinstance(answer, Fetched):
            return answer
        reason = f"redirects a {method} to {answer[:200]}; give that address"
        raise SourceError(FailureKind.INVALID, exchange.uri, reason)

    @contextmanager
    def _exchange(self, url: str, limit: int) -> Iterator[Exchange]:
        seconds = self.policy.deadline_seconds
        budget = self.policy.attempts * (limit + limit // 8 + MIB)  # heads and chunk framing come on top
        exchange = Exchange(str(url)[:300], time.monotonic() + seconds, seconds, budget)
        token = CURRENT.set(exchange)
        try:
            yield exchange
        finally:
            CURRENT.reset(token)

    def _follow(self, url: str, headers: dict[str, str], limit: int, exchange: Exchange) -> Fetched:
        seen: list[httpx.URL] = []
        target = check_url(url)
        while len(seen) <= self.policy.max_redirects:
            seen.append(target)
            answer = self._in_turn(target, headers, limit, exchange)
            if isinstance(answer, Fetched):
                return answer
            target = check_url(answer)
            if target in seen:
                raise SourceError(FailureKind.INVALID, exchange.uri, f"redirects in a circle through {target}")
        reason = f"more than {self.policy.max_redirects} redirects"
        raise SourceError(FailureKind.INVALID, exchange.uri, reason)

    def _in_turn(
        self,
        url: httpx.URL,
        headers: dict[str, str],
        limit: int,
        exchange: Exchange,
        method: str = "GET",
        content: bytes = b"",
    ) -> Fetched | str:
        """Make one request with the manners that its host wants; waiting is no part of the exchange's time."""
        host = _host(url)
        profile = self._manners(host, url)
        exchange.words = profile.challenge if profile else ()
        if profile is None:
            return self._ask(url, headers, limit, exchange, method, content)
        began = time.monotonic()
        delay = self._crawl_delay(profile, url, exchange)
        image = headers["accept"].startswith("image/")
        with self.turns.turn(host, exchange.uri) as state:
            asked = time.monotonic()
            exchange.ends += asked - began
            try:
                answer = self._ask(url, headers, limit, exchange, method, content)
            except SourceError as error:
                error = _meant(error, profile)
                state.failed(error, profile, profile.pause(image, time.monotonic() - asked, delay))
                raise error from None
            state.succeeded(profile.pause(image, time.monotonic() - asked, delay))
            return answer

    def unhurried(self, url: str) -> bool:
        """Whether nothing slows requests to an address down: it is one's own server; raises `SourceError`."""
        target = check_url(url)
        return self._manners(_host(target), target) is None

    def _manners(self, host: str, url: httpx.URL) -> HostProfile | None:
        """How a host wants to be asked; None for one's own servers, and where nobody asked for manners."""
        key = (host, port_of(url))
        if key not in self._known:
            self._known[key] = self._found_manners(host, url)
        return self._known[key]

    def _found_manners(self, host: str, url: httpx.URL) -> HostProfile | None:
        if self.policy.allows(url.raw_host.decode("ascii"), port_of(url)):
            return next((one for one in self.policy.profiles if one.covers(host)), None)
        return profile_of(host, self.policy.profiles) if self.policy.polite else None

    def _crawl_delay(self, profile: HostProfile, url: httpx.URL, exchange: Exchange) -> float:
        if not profile.robots or url.path == "/robots.txt":
            return 0.0

        def fetch(address: str) -> bytes:
            # an exchange of its own, so that a slow robots.txt does not use up the time of the document
            return self.get(address, accept="text/plain, */*;q=0.1", max_bytes=MAX_BYTES).body

        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        try:
            return self._robots.allow(origin, str(url), fetch)
        except SourceError as error:
            raise SourceError(error.kind, exchange.uri, error.reason, error.retry_after, error.answered) from error

    def _ask(
        self, url: httpx.URL, headers: dict[str, str], limit: int, exchange: Exchange, method: str, content: bytes
    ) -> Fetched | str:
        """Make one request: a document, or the address that it redirects to."""
        exchange.cut = False
        with (
            _typed_failures(exchange),
            self._pool.stream(
                method,
                _core_url(url),
                headers=self._headers(headers, None if method == "GET" else content),
                content=content or None,
                extensions=self._timeouts(exchange),
            ) as response,
        ):
            answered = _named(response.headers)
            if response.status in _REDIRECTS and "location" in answered:
                return _joined(url, answered["location"], exchange.uri)
            return _received(response, url, answered, headers, limit, exchange, written=method != "GET")

    def _headers(self, headers: dict[str, str], content: bytes | None = None) -> list[tuple[bytes, bytes]]:
        own = {"user-agent": self.policy.user_agent, "accept-encoding": "gzip, deflate"}
        own |= {} if content is None else {"content-length": str(len(content))}
        return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in (own | headers).items()]

    def _timeouts(self, exchange: Exchange) -> dict[str, dict[str, float]]:
        return {"timeout": {"connect": self.policy.connect_seconds, "pool": exchange.remaining()}}


def _meant(error: SourceError, profile: HostProfile) -> SourceError:
    """What a refusal means at this host."""
    if error.answered in profile.blocked and error.kind is not FailureKind.BLOCKED:
        reason = f"{error.reason}: this host answers so when it blocks; ask the institution for access"
        return SourceError(FailureKind.BLOCKED, error.uri, reason, error.retry_after, error.answered)
    return error


@cache
def _ssl_context() -> ssl.SSLContext:
    # reading the bundle of authorities takes longer than most requests
    return httpcore.default_ssl_context()


def _received(
    response: httpcore.Response,
    url: httpx.URL,
    answered: dict[str, str],
    sent: dict[str, str],
    limit: int,
    exchange: Exchange,
    written: bool = False,
) -> Fetched:
    not_modified = response.status == 304 and ("if-none-match" in sent or "if-modified-since" in sent)
    encoding = answered.get("content-encoding", "").strip().lower()
    if not_modified:
        body = b""
    elif written and response.status in _WRITTEN:
        body = read_start(response.iter_stream(), encoding, _REFUSAL_BYTES)
    elif response.status in (200, 203) or (response.status == 206 and "range" in sent):
        if answered.get("content-length", "").isdigit() and int(answered["content-length"]) > limit:
            raise too_big(limit, exchange.uri)
        body = read_body(response.iter_stream(), encoding, limit, exchange.uri)
        accept = None if sent["accept"] == "*/*" else sent["accept"]
        check_data(exchange.uri, response.status, answered, body, accept, exchange.words)
    else:
        start = read_start(response.iter_stream(), encoding, _REFUSAL_BYTES)
        raise refusal(exchange.uri, response.status, answered, start, exchange.words)
    return Fetched(
        url=str(url),
        status=response.status,
        headers=MappingProxyType(answered),
        body=body,
        media_type=answered.get("content-type", "").split(";")[0].strip().lower(),
        etag=answered.get("etag"),
        last_modified=answered.get("last-modified"),
        not_modified=not_modified,
        seconds=exchange.seconds - exchange.remaining(),
    )


def _host(url: httpx.URL) -> str:
    name = url.raw_host.decode("ascii")
    return name if url.port is None else f"{name}:{url.port}"


def _named(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; those given several times joined (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), _text(raw_value)
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port_of(url), target=url.raw_path)


def _joined(base: httpx.URL, location: str, uri: str) -> str:
    """Resolve a Location; an absolute one is handed on as it stands, to be judged by `check_url` unparsed."""
    if "://" in location.split("?")[0]:
        return location
    if location.startswith("//"):
        return f"{base.scheme}:{location}"
    try:
        return str(base.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise SourceError(FailureKind.INVALID, uri, f"redirects to no valid address ({error})") from error


def _worth_another_try(error: Exception) -> bool | float:
    """Try again at once only what may well pass at once; longer waits are the caller's to plan."""
    if not isinstance(error, SourceError) or error.kind is not FailureKind.TRANSIENT:
        return False
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= _PATIENCE_SECONDS else False
    return error.answered not in (429, 503)


@contextmanager
def _typed_failures(exchange: Exchange) -> Iterator[None]:
    uri = exchange.uri
    try:
        yield
    except httpcore.TimeoutException as error:
        exchange.remaining()
        raise SourceError(FailureKind.TRANSIENT, uri, "the server did not answer in time") from error
    except httpcore.NetworkError as error:
        raise SourceError(FailureKind.TRANSIENT, uri, f"connection failed ({error})") from error
    except httpcore.RemoteProtocolError as error:
        if exchange.cut:
            raise SourceError(FailureKind.TRANSIENT, uri, "the answer ends early") from error
        raise SourceError(FailureKind.INVALID, uri, f"not a valid HTTP answer ({error})") from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise SourceError(FailureKind.INVALID, uri, f"cannot be asked for ({error})") from error
