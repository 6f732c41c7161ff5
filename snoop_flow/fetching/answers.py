"""What a server's answer means: data, or a typed failure with the time to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from snoop_flow.errors import FailureKind, SourceError, phrase

_CHALLENGE = re.compile(
    rb"captcha|cf-chl|challenge-platform|/cdn-cgi/|just a moment|checking your browser|are you (a )?(human|robot)"
    rb"|not a robot|unusual traffic|anubis|altcha|incapsula|datadome|perimeterx|enable javascript and cookies"
)
_PASSING = frozenset({408, 425, 429})
_REASONS = {
    401: (FailureKind.FORBIDDEN, "asks for a login"),
    403: (FailureKind.FORBIDDEN, "refuses access"),
    404: (FailureKind.GONE, "not found"),
    410: (FailureKind.GONE, "gone for good"),
    429: (FailureKind.TRANSIENT, "too many requests"),
    451: (FailureKind.FORBIDDEN, "refuses access for legal reasons"),
}


def refusal(uri: str, status: int, headers: Mapping[str, str], start: bytes, words: Sequence[str] = ()) -> SourceError:
    """Turn any status but success into a failure.

    Args:
        uri: what was asked for.
        status: the HTTP status.
        headers: by lower-case name.
        start: the beginning of the body, which tells a challenge page from an honest refusal.
        words: in lower case, that tell the host's own challenge page.
    """
    wait = retry_after(headers.get("retry-after"))
    if wait is None and status in (401, 403, 429, 503) and is_challenge(headers, start, words):
        return SourceError(FailureKind.BLOCKED, uri, _blocked(status), answered=status)
    if status in _REASONS:
        kind, meaning = _REASONS[status]
    elif status >= 500 or status in _PASSING:
        kind, meaning = FailureKind.TRANSIENT, phrase("the server has a passing problem")
    elif status >= 400:
        kind, meaning = FailureKind.INVALID, phrase("the server does not accept the request")
    else:
        kind, meaning = FailureKind.INVALID, phrase("an answer without the document")
    return SourceError(kind, uri, f"{meaning} (HTTP {status})", wait, answered=status)


def check_data(
    uri: str, status: int, headers: Mapping[str, str], body: bytes, accept: str | None, words: Sequence[str] = ()
) -> None:
    """Refuse an HTML page that was given where data was asked for.

    Servers send good JSON as `text/html`, so the bytes decide, not the header.

    Raises:
        SourceError: BLOCKED for a challenge page, INVALID for any other.
    """
    if accept is None or "html" in accept or not _is_html(headers, body):
        return
    if is_challenge(headers, body, words):
        raise SourceError(FailureKind.BLOCKED, uri, _blocked(status), answered=status)
    reason = f"an HTML page where {accept.split(',')[0].strip()} was asked for; check the address"
    raise SourceError(FailureKind.INVALID, uri, reason, answered=status)


def is_challenge(headers: Mapping[str, str], body: bytes, words: Sequence[str] = ()) -> bool:
    """Tell whether a page wants proof of a human instead of giving data."""
    if "cf-mitigated" in headers:
        return True
    if not _is_html(headers, body):
        return False
    page = body[:262_144].lower()
    return _CHALLENGE.search(page) is not None or any(word.encode() in page for word in words)


def retry_after(value: str | None) -> float | None:
    """Read a Retry-After header (RFC 9110, 10.2.3), in seconds or as a date: seconds from now, never negative."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _is_html(headers: Mapping[str, str], body: bytes) -> bool:
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return True
    return "html" in headers.get("content-type", "").lower() and start.startswith(b"<")


def _blocked(status: int) -> str:
    return phrase(f"a challenge page for humans instead of data (HTTP {status}); ask the institution for access")
