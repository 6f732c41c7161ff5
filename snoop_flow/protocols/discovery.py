"""IIIF Change Discovery 1.0 (https://iiif.io/api/discovery/1.0/): what happened to an institution's manifests.

The stream is walked from its last page back to the checkpoint; of each object the newest activity counts. Streams of
level 0 have no times: they are walked whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetched
from snoop_flow.plugin_types import Checkpoint, Listed, RecordGone, RecordMoved, RecordRef

ACCEPT = "application/ld+json, application/json;q=0.9"
MAX_PAGES = 100_000
TYPES = ("OrderedCollection", "OrderedCollectionPage")
_CHANGES = frozenset({"Create", "Update", "Add", "Announce"})
_ENDS = frozenset({"Delete", "Remove"})


class Activities:
    """A stream at the address of its collection."""

    def __init__(
        self, address: str, fetch: Callable[[str, str], Fetched], members: Callable[[str], Iterable[Listed]]
    ) -> None:
        """Nothing is asked yet; `members` lists the manifests of a collection that changed, by its address."""
        self._address = address
        self._fetch = fetch
        self._members = members
        self._done: set[str] = set()
        self._refreshed = False
        self._newest = ""

    def list(self, checkpoint: Mapping[str, Any] | None) -> Iterator[Listed]:
        """What a harvest has to do, the newest first, and the checkpoint to go on from next time.

        Raises:
            SourceError: the stream cannot be had, or breaks off.
        """
        since = str((checkpoint or {}).get("end", ""))
        for page in self._pages():
            activities = [one for one in _listed(page.get("orderedItems")) if isinstance(one, Mapping)]
            times = [time for one in activities if (time := _time(one))]
            for activity in reversed(activities):
                # the checkpoint's own second again: something may have been added to it since
                if not since or not _time(activity) or _moment(_time(activity)) >= _moment(since):
                    yield from self._activity(activity)
            if since and times and _moment(min(times, key=_moment)) < _moment(since):
                break
        # a stream tells of what ends; what it does not name is not gone
        yield Checkpoint({"end": self._newest or since}, partial=True)

    def _pages(self) -> Iterator[Mapping[str, Any]]:
        root = self._document(self._address)
        if root.get("type") == "OrderedCollectionPage":
            yield root
            address = _id(root.get("prev"))
        elif "orderedItems" in root:  # a short stream without pages
            yield root
            return
        else:
            address = _id(root.get("last"))
            if not address:
                raise SourceError(FailureKind.INVALID, self._address, "a Change Discovery stream without a last page")
        seen: set[str] = set()
        while address and address not in seen and len(seen) < MAX_PAGES:
            seen.add(address)
            page = self._document(address)
            yield page
            address = _id(page.get("prev"))

    def _activity(self, activity: Mapping[str, Any]) -> Iterator[Listed]:
        kind, object_ = str(activity.get("type", "")), activity.get("object")
        time, uri = _time(activity), _id(object_)
        if time and (not self._newest or _moment(time) > _moment(self._newest)):
            self._newest = time
        if kind == "Refresh":
            self._refreshed = True  # what is older says nothing new, but for what it ended (section 3.6)
        if not uri or uri in self._done:
            return
        known = object_ if isinstance(object_, Mapping) else {}
        if kind == "Move":
            self._done.add(uri)
            target = _id(activity.get("target"))
            if target:
                yield RecordMoved(uri, target)
                if target not in self._done:
                    self._done.add(target)
                    yield RecordRef(target, stamp=time)
        elif kind in _ENDS:
            self._done.add(uri)
            yield RecordGone(uri)
        elif kind in _CHANGES and not self._refreshed and known.get("type", "Manifest") == "Manifest":
            self._done.add(uri)
            yield RecordRef(uri, stamp=time)
        elif kind in _CHANGES and not self._refreshed and known.get("type") == "Collection":
            self._done.add(uri)
            yield from self._of_collection(uri)

    def _of_collection(self, uri: str) -> Iterator[Listed]:
        """What a collection that changed holds and nobody has read yet: its change says nothing of its members."""
        for one in self._members(uri):
            if isinstance(one, RecordRef):
                if one.uri in self._done:
                    continue
                # not done: an older activity of its own says whether and when it changed
                yield replace(one, only_new=True)
            else:
                yield one

    def _document(self, address: str) -> Mapping[str, Any]:
        try:
            found = json.loads(self._fetch(address, ACCEPT).body)
        except (ValueError, RecursionError) as error:
            raise SourceError(FailureKind.INVALID, address, f"no JSON ({error})") from error
        if not isinstance(found, dict) or found.get("type") not in TYPES:
            raise SourceError(FailureKind.INVALID, address, "no collection or page of a Change Discovery stream")
        return found


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _id(value: Any) -> str:
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def _time(activity: Mapping[str, Any]) -> str:
    time = activity.get("endTime") or activity.get("published") or activity.get("startTime")
    return time if isinstance(time, str) and _moment(time) != _NEVER else ""


_NEVER = datetime.min.replace(tzinfo=UTC)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _NEVER
    return found if found.tzinfo else found.replace(tzinfo=UTC)
