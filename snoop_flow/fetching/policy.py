"""What the fetcher may do, and what it brings home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from snoop_flow.fetching.profiles import HostProfile

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """The limits of every exchange.

    Attributes:
        allowed_hosts: private servers that may be reached, each as `host` or `host:port` just as it stands in the
            URLs; everything else must have a public address.
        deadline_seconds: wall-clock limit of one `get`, with its redirects and second tries.
        connect_seconds: limit for resolving and connecting.
        max_bytes: limit of a body, as sent and as decompressed.
        attempts: how often a passing failure is tried at all.
        connections: connections open at once.
        polite: whether public hosts are asked one request at a time, spaced, and by the rules of their robots.txt.
            Servers in `allowed_hosts` are one's own: only a profile that names them slows us down.
        profiles: the manners at some hosts; the first that covers a host counts.
        anonymous: nobody said who asks, so that public hosts may not be asked at all.
    """

    allowed_hosts: frozenset[str] = frozenset()
    deadline_seconds: float = 60.0
    connect_seconds: float = 10.0
    max_bytes: int = 64 * MIB
    max_redirects: int = 5
    attempts: int = 2
    connections: int = 32
    user_agent: str = "snoop-flow"
    polite: bool = False
    profiles: tuple[HostProfile, ...] = ()
    anonymous: bool = False

    def allows(self, host: str, port: int) -> bool:
        """Tell whether an administrator has allowed this private server."""
        if not self.allowed_hosts:
            return False
        bare = host.lower().strip("[]")
        names = {bare, f"[{bare}]", f"{bare}:{port}", f"[{bare}]:{port}"}
        return not names.isdisjoint(entry.lower() for entry in self.allowed_hosts)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as it was answered.

    Attributes:
        url: the address that answered in the end, after redirects.
        headers: by lower-case name.
        body: decompressed bytes; empty when not modified.
        media_type: lower-case, without parameters; "" when the server names none.
        not_modified: the copy that `etag` or `last_modified` stand for is still good.
        seconds: wall-clock time of the whole exchange.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    media_type: str
    etag: str | None
    last_modified: str | None
    not_modified: bool
    seconds: float
