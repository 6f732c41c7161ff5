"""Which addresses may be reached, and which URLs are well enough formed to be tried.

The table follows the IANA special-purpose registries (RFC 6890 and later) and is explicit, because
`ipaddress.is_global` lets NAT64, 6to4 and some metadata services through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from snoop_flow.errors import FailureKind, SourceError

DEFAULT_PORTS = {"http": 80, "https": 443}

# https://fetch.spec.whatwg.org/#port-blocking, the ports above 0 that carry something else than HTTP.
# fmt: off
_FOREIGN_PORTS = frozenset((
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
    109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
    526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
    3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211,
))
# fmt: on


@dataclass(frozen=True, slots=True)
class _Denied:
    network: IPv4Network | IPv6Network
    family: str
    allowable: bool = False


def _table(*rows: tuple[str, str, bool]) -> tuple[_Denied, ...]:
    return tuple(_Denied(ip_network(network), family, allowable) for network, family, allowable in rows)


# The third column: an administrator may allow it by name. A link-local or mapped address never is a private server.
_DENIED = _table(
    ("0.0.0.0/8", "unspecified", False),
    ("10.0.0.0/8", "private", True),
    ("100.64.0.0/10", "carrier-grade NAT", True),
    ("127.0.0.0/8", "loopback", True),
    ("168.63.129.16/32", "cloud metadata", False),
    ("169.254.0.0/16", "link-local", False),
    ("172.16.0.0/12", "private", True),
    ("192.0.0.0/24", "protocol assignment", False),
    ("192.0.2.0/24", "documentation", False),
    ("192.31.196.0/24", "AS112", False),
    ("192.52.193.0/24", "AMT", False),
    ("192.88.99.0/24", "6to4 relay", False),
    ("192.168.0.0/16", "private", True),
    ("192.175.48.0/24", "AS112", False),
    ("198.18.0.0/15", "benchmarking", False),
    ("198.51.100.0/24", "documentation", False),
    ("203.0.113.0/24", "documentation", False),
    ("224.0.0.0/4", "multicast", False),
    ("240.0.0.0/4", "reserved", False),
    ("::1/128", "loopback", True),
    ("::ffff:0:0/96", "IPv4-mapped", False),
    ("::/96", "IPv4-compatible", False),
    ("64:ff9b::/96", "NAT64", False),
    ("64:ff9b:1::/48", "NAT64", False),
    ("100::/64", "discard", False),
    ("2001::/32", "Teredo", False),
    ("2001::/23", "protocol assignment", False),
    ("2001:db8::/32", "documentation", False),
    ("2002::/16", "6to4", False),
    ("3fff::/20", "documentation", False),
    ("fc00::/7", "unique-local", True),
    ("fe80::/10", "link-local", False),
    ("fec0::/10", "site-local", False),
    ("ff00::/8", "multicast", False),
)
_GLOBAL_UNICAST = ip_network("2000::/3")


def denial(ip: str | IPv4Address | IPv6Address) -> tuple[str, bool] | None:
    """Tell why an address is no public one: its family, and whether an administrator may allow it by name.

    Raises:
        ValueError: the text is no IP address.
    """
    address = ip_address(ip)
    for row in _DENIED:
        if address.version == row.network.version and address in row.network:
            return row.family, row.allowable
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _GLOBAL_UNICAST):
        return "reserved", False
    return None


def is_public(ip: str | IPv4Address | IPv6Address) -> bool:
    """Tell whether an address belongs to the public Internet.

    Raises:
        ValueError: the text is no IP address.
    """
    return denial(ip) is None


def check_url(url: str) -> httpx.URL:
    """Parse an address that is safe to try; the host still has to be resolved and checked.

    The authority is judged on the text as given, before any parser, so that no two parsers can disagree about it.

    Raises:
        SourceError: INVALID when it is no http(s) URL with a sane port, HOSTILE when its authority plays tricks.
    """
    match = re.match(r"(?i)(https?)://([^/?#]*)", url)
    if match is None:
        raise _refused(url, "only addresses that begin with http:// or https:// are fetched", FailureKind.INVALID)
    if re.search(r"[\x00-\x1f\x7f-\x9f]", url):
        raise _refused(url, "contains control characters")
    if re.search(r"[@\\%\s]", match[2]):
        raise _refused(url, "the host part contains a user name, backslash, percent sign or space")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise _refused(url, f"not a valid address ({error})", FailureKind.INVALID) from error
    _check_host(url, parsed)
    return parsed


def port_of(url: httpx.URL) -> int:
    """Give the port of a URL, explicit or of its scheme."""
    return DEFAULT_PORTS[url.scheme] if url.port is None else url.port


def _check_host(url: str, parsed: httpx.URL) -> None:
    host = parsed.raw_host.decode("ascii")
    if not re.fullmatch(r"[a-z0-9._-]{1,253}|[0-9a-f:.]+", host) or parsed.userinfo:
        raise _refused(url, "not a valid host name")
    port = port_of(parsed)
    if not 0 < port < 65536 or port in _FOREIGN_PORTS:
        raise _refused(url, f"port {port} is not used for HTTP", FailureKind.INVALID)


def _refused(url: str, reason: str, kind: FailureKind = FailureKind.HOSTILE) -> SourceError:
    shown = re.sub(r"//[^/@]*@", "//…@", url.encode("unicode_escape").decode("ascii"))
    return SourceError(kind, shown[:300], reason)
