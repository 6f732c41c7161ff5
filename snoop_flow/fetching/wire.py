"""The guarded sockets: resolve once, check every address, connect to what was checked, end in time.

httpcore passes a timeout per read, which a body dripping byte by byte never exceeds. Here each socket operation is
given only what is left of the whole exchange, so the promise holds below TLS, HTTP and chunking alike.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from snoop_flow.errors import FailureKind, SourceError, UsageError, phrase
from snoop_flow.fetching.addresses import denial
from snoop_flow.fetching.policy import FetchPolicy

_MOST_ADDRESSES = 4


@dataclass(slots=True)
class Exchange:
    """The budget of the request that the running thread is making.

    Attributes:
        ends: when it must be over, on the monotonic clock.
        seconds: the whole time it was given, for messages.
        bytes_left: what may still be received, heads included.
        cut: the other side has closed the connection.
        words: that tell the host's own challenge page.
    """

    uri: str
    ends: float
    seconds: float
    bytes_left: int
    cut: bool = False
    words: tuple[str, ...] = ()

    def remaining(self, at_most: float | None = None) -> float:
        """Give the seconds left; raises `SourceError` when there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            reason = f"no complete answer within {self.seconds:g} s; try again later or raise the deadline"
            raise SourceError(FailureKind.TRANSIENT, self.uri, reason)
        return left if at_most is None else min(left, at_most)

    def received(self, data: bytes) -> None:
        """Count what came in; raises `SourceError` when it is more than the budget."""
        self.bytes_left -= len(data)
        self.cut = not data
        if self.bytes_left < 0:
            raise SourceError(FailureKind.TOO_BIG, self.uri, "the answer is larger than the limit; raise it")


CURRENT: ContextVar[Exchange] = ContextVar("exchange")


class GuardedStream(httpcore.NetworkStream):
    """A connection whose every operation is charged to the current exchange."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        """Wrap an open connection."""
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read once, within what is left of the exchange."""
        exchange = CURRENT.get()
        data = self._stream.read(max_bytes, exchange.remaining(timeout))
        exchange.received(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all, within what is left of the exchange."""
        self._stream.write(buffer, CURRENT.get().remaining(timeout))

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Shake hands; the certificate is checked against the host name of the URL.

        Raises:
            SourceError: INVALID when the other side speaks no TLS or its certificate is not accepted.
        """
        exchange = CURRENT.get()
        try:
            return GuardedStream(self._stream.start_tls(ssl_context, server_hostname, exchange.remaining(timeout)))
        except httpcore.ConnectError as error:
            cause = error.__cause__
            if not isinstance(cause, ssl.SSLError) or isinstance(cause, ssl.SSLEOFError):
                raise
            reason = f"no secure connection ({cause.reason or cause}); check the server's certificate"
            raise SourceError(FailureKind.INVALID, exchange.uri, reason) from error

    def get_extra_info(self, info: str) -> Any:
        """Pass on what httpcore asks about the socket."""
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, policy: FetchPolicy) -> None:
        """Keep the allow-list and the limits."""
        self._policy = policy
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers; all of them have been checked before.

        Raises:
            SourceError: HOSTILE when one address is denied, TRANSIENT when the name cannot be resolved.
            UsageError: a public host, and nobody said who asks.
        """
        exchange = CURRENT.get()
        addresses = self._checked(host, port, exchange)
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, exchange, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, exchange, timeout)

    def _connect(self, address: str, port: int, exchange: Exchange, timeout: float | None) -> httpcore.NetworkStream:
        return GuardedStream(self._sockets.connect_tcp(address, port, exchange.remaining(timeout)))

    def _checked(self, host: str, port: int, exchange: Exchange) -> list[str]:
        addresses = _resolve(host, port, exchange, self._policy.connect_seconds)
        allowed = self._policy.allows(host, port)
        for address in addresses:
            denied = denial(address)
            if denied and not (allowed and denied[1]):
                raise SourceError(FailureKind.HOSTILE, exchange.uri, _reason(host, port, address, *denied))
        if self._policy.anonymous and not allowed:
            raise UsageError(
                f"{host} is not asked while nobody says who asks; put your mail or web address into snoop-flow.toml, "
                'as in contact = "mailto:library@example.org" (or set SNOOP_FLOW_CONTACT)'
            )
        return addresses[:_MOST_ADDRESSES]


def _reason(host: str, port: int, address: str, family: str, allowable: bool) -> str:
    refusal = phrase(f"{host} is at {address} ({family}), not a public address")
    if not allowable:
        return refusal
    return phrase(f"{refusal}; if it is your own server, allow it with --allow-host {host}:{port}")


def _resolve(host: str, port: int, exchange: Exchange, seconds: float) -> list[str]:
    try:
        return [str(ip_address(host.strip("[]")))]
    except ValueError:
        pass
    # getaddrinfo knows no timeout: it runs in a thread of its own, left behind when it takes too long.
    answers: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()
    threading.Thread(target=_look_up, args=(host, port, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=exchange.remaining(seconds))
    except Empty:
        answer = TimeoutError("the name server does not answer")
    if isinstance(answer, list) and answer:
        return answer
    reason = f"the host {host} cannot be resolved ({answer or 'no address'}); check the name or the network"
    raise SourceError(FailureKind.TRANSIENT, exchange.uri, reason)


def _look_up(host: str, port: int, answers: SimpleQueue[list[str] | OSError | UnicodeError]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
    except (OSError, UnicodeError) as error:
        answers.put(error)
