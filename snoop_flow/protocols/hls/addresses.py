"""Addresses in a playlist: http(s), and of the outside or of the server that gave the list."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urljoin

import httpx

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import check_url, is_public

_SCHEME = re.compile(r"[^/?#]*:")
_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa")


def resolve(text: str, base: str) -> str:
    """An address in the list that came from `base` as one that may be tried; the fetcher checks where it leads.

    Raises:
        SourceError: HOSTILE for any other.
    """
    named = _SCHEME.match(text)
    if named is not None and named[0].lower() not in ("http:", "https:"):
        raise _hostile(text, base, "is no http(s) address")
    if "\\" in text or "{$" in text:
        raise _hostile(text, base, "is no plain address")
    try:
        wanted, own = check_url(urljoin(base, text)), check_url(base)
    except (SourceError, ValueError) as error:
        raise _hostile(text, base, "is no address to be asked for") from error
    if _is_local(wanted) and _server(wanted) != _server(own):
        raise _hostile(text, base, "is an address of a local network")
    return str(wanted)


def _hostile(text: str, base: str, reason: str) -> SourceError:
    shown = text[:120].encode("unicode_escape").decode("ascii")
    return SourceError(FailureKind.HOSTILE, base, f"an HLS list names {shown}, which {reason}")


def _server(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _is_local(url: httpx.URL) -> bool:
    """Whether an address says by itself that it is none of the outside; names are judged when they are resolved."""
    host = url.raw_host.decode("ascii").strip("[]").rstrip(".")
    try:
        return not is_public(ip_address(host))
    except ValueError:
        last = host.rsplit(".", 1)[-1]
        return any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES) or _ends_in_number(last)


def _ends_in_number(label: str) -> bool:
    """An address such as 2130706433, 127.1 or 0x7f.1, which resolvers take for one of four numbers."""
    return re.fullmatch(r"\d+|0x[0-9a-f]*", label) is not None
