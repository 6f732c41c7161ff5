"""Whose turn it is at each host: one request at a time, spaced, and none while the host wants to be left alone.

The state of a host lies in a small file that is locked during its request, so that all threads and processes of a
workspace share one place in the queue, a killed process frees it, and a block outlives a restart. Without a folder the
state is kept in memory, for one process.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching.profiles import HOUR, HostProfile

PATIENCE = 30.0  # seconds of rest that are waited for; a longer one is told, and the caller goes on with other hosts
DAY = 24 * HOUR
_BUSY_REST = 30.0  # after a first 429 or 503 that names no time
_BREAKS_AFTER = 4  # failures of the connection, one after the other
_BROKEN_REST = 300.0
log = logging.getLogger(__name__)


@dataclass(slots=True)
class HostState:
    """What is known of a host between two requests; times are seconds of the epoch.

    Attributes:
        next_at: when it may be asked again.
        rest_until: until when it is left alone altogether.
        troubles: blocks, refusals of service or failed connections, one after the other.
        kind: the family of the last trouble.
        reason: what the last trouble was.
    """

    next_at: float = 0.0
    rest_until: float = 0.0
    troubles: int = 0
    kind: str = ""
    reason: str = ""

    def resting(self, host: str, uri: str) -> SourceError | None:
        """The failure of a request to a host that rests for longer than is waited for."""
        left = self.rest_until - time.time()
        if left <= PATIENCE:
            return None
        until = datetime.fromtimestamp(self.rest_until, UTC).strftime("%Y-%m-%d %H:%M UTC")
        reason = f"{host} is left alone until {until} ({self.reason})"
        return SourceError(FailureKind(self.kind), uri, reason, retry_after=left)

    def succeeded(self, pause: float) -> None:
        """Enter an answer, which may be an honest refusal."""
        self.next_at = time.time() + pause
        self.rest_until, self.troubles, self.kind, self.reason = 0.0, 0, "", ""

    def failed(self, error: SourceError, profile: HostProfile, pause: float) -> None:
        """Enter a failure; those that concern the whole host make it rest."""
        now = time.time()
        self.next_at = now + pause
        rest = self._rest(error, profile)
        if rest is not None:
            self.rest_until = now + min(rest, DAY)
            self.kind, self.reason = str(error.kind), error.reason

    def _rest(self, error: SourceError, profile: HostProfile) -> float | None:
        if error.kind is FailureKind.BLOCKED:
            self.troubles += 1
            return error.retry_after or profile.rest * 2 ** (self.troubles - 1)
        if error.answered in (429, 503):
            self.troubles += 1
            return error.retry_after or _BUSY_REST * 2 ** (self.troubles - 1)
        if error.kind is FailureKind.TRANSIENT and error.answered is None:
            self.troubles += 1
            over = self.troubles - _BREAKS_AFTER
            return _BROKEN_REST * 2**over if over >= 0 else None
        self.troubles = 0
        return None


class Turns:
    """The queues at all hosts; safe to share between threads."""

    def __init__(self, folder: Path | None = None) -> None:
        """Keep the states below `folder`, which is made when it is needed, or in memory."""
        self.folder = folder
        self._locks: dict[str, threading.Lock] = {}
        self._states: dict[str, HostState] = {}
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, host: str, uri: str) -> Iterator[HostState]:
        """Wait for the host's queue, its rest and its pause, then hold the queue; the state is kept at the end.

        Raises:
            SourceError: the host rests for longer than is waited for; with the seconds left.
        """
        with self._guard:
            lock = self._locks.setdefault(host, threading.Lock())
        with lock, self._file(host) as state:
            if (resting := state.resting(host, uri)) is not None:
                raise resting
            time.sleep(max(0.0, max(state.next_at, state.rest_until) - time.time()))
            yield state

    def states(self) -> dict[str, HostState]:
        """The hosts that were asked, by name."""
        if self.folder is None:
            return dict(self._states)
        found = {}
        for path in sorted(self.folder.glob("*.json")) if self.folder.is_dir() else ():
            try:
                kept = json.loads(path.read_text("utf-8"))
                host = str(kept.pop("host"))
                found[host] = HostState(**kept)
            except (OSError, ValueError, TypeError, KeyError):
                continue  # being written, or of another version
        return found

    @contextmanager
    def _file(self, host: str) -> Iterator[HostState]:
        if self.folder is None:
            yield self._states.setdefault(host, HostState())
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{re.sub('[^a-z0-9.-]', '_', host)[:200]}.json"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with open(descriptor, "r+", encoding="utf-8") as file:  # noqa: PTH123 - it is open already
            fcntl.flock(file, fcntl.LOCK_EX)
            state = _read(file.read())
            try:
                yield state
            finally:
                file.seek(0)
                file.truncate()
                file.write(json.dumps({"host": host, **asdict(state)}))


def _read(text: str) -> HostState:
    try:
        kept = json.loads(text)
        kept.pop("host", None)
        return HostState(**kept)
    except (ValueError, TypeError, AttributeError):  # new, or cut short by a killed process
        return HostState()
