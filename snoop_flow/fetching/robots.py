"""robots.txt (RFC 9309): what a host does not want to be asked for, and the pause it wants between requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching.profiles import HOUR

MAX_BYTES = 512 * 1024  # RFC 9309, 2.5 asks for 500 KiB at least
_FRESH = 24 * HOUR
AGENT = "snoop-flow"


@dataclass(frozen=True, slots=True)
class _Rules:
    parsed: Protego
    read_at: float


class Robots:
    """The rules of the hosts that were asked, read once a day; safe to share between threads."""

    def __init__(self) -> None:
        """Know none."""
        self._rules: dict[str, _Rules] = {}
        self._guard = threading.Lock()

    def allow(self, origin: str, url: str, fetch: Callable[[str], bytes]) -> float:
        """Seconds that the host wants to be left between requests; 0.0 where it says nothing.

        Args:
            origin: scheme, host and port.
            fetch: gives the body of an address; raises `SourceError`.

        Raises:
            SourceError: FORBIDDEN where the rules keep us out; TRANSIENT where they cannot be had at present, since an
                unreachable robots.txt forbids everything (RFC 9309, 2.3.1.4); BLOCKED like any answer.
        """
        rules = self._of(origin, fetch)
        if not rules.can_fetch(url, AGENT):
            reason = (
                f"robots.txt of {origin} keeps programs out of it; ask the institution for leave (see host profiles)"
            )
            raise SourceError(FailureKind.FORBIDDEN, url, reason)
        return float(rules.crawl_delay(AGENT) or 0.0)

    def _of(self, origin: str, fetch: Callable[[str], bytes]) -> Protego:
        with self._guard:
            kept = self._rules.get(origin)
        if kept is None or time.monotonic() - kept.read_at > _FRESH:
            kept = _Rules(Protego.parse(_body(f"{origin}/robots.txt", fetch)), time.monotonic())
            with self._guard:
                self._rules[origin] = kept
        return kept.parsed


def _body(url: str, fetch: Callable[[str], bytes]) -> str:
    try:
        return fetch(url)[:MAX_BYTES].decode("utf-8", "replace")
    except SourceError as error:
        if error.kind is FailureKind.HOSTILE:
            raise
        if _says_nothing(error):
            return ""
        reason = f"the host's robots.txt cannot be had ({error.reason}), which keeps us out for now"
        kept = FailureKind.TRANSIENT if error.kind is FailureKind.INVALID else error.kind
        raise SourceError(kept, url, reason, error.retry_after or HOUR, error.answered) from error


def _says_nothing(error: SourceError) -> bool:
    """Whether there are no rules: an "unavailable" file (RFC 9309, 2.3.1.3), a web page instead, one too big."""
    if error.kind is FailureKind.TOO_BIG or (error.kind is FailureKind.INVALID and error.answered == 200):
        return True
    refused = error.answered is not None and 400 <= error.answered < 500 and error.answered != 429
    return refused and error.kind is not FailureKind.BLOCKED
