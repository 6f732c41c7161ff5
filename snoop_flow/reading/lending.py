"""What a source is lent while it lists and reads: the one way out, asked conditionally where a copy is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from snoop_flow.fetching import Fetched, Fetcher

Validator = Mapping[str, str]
"""`url`, `etag`, `modified`: what tells that a document is still the same; `reader`, `stamp`: see `RecordRef`."""


class UnchangedError(Exception):
    """The document that a record is read from is still the one that is kept; no failure, and never shown."""


class Lent:
    """The engine's `SourceContext`; one for each thread."""

    def __init__(self, fetcher: Fetcher, checkpoint: Mapping[str, Any] | None = None) -> None:
        """Lend a fetcher, and where the last harvest of the source ended."""
        self.checkpoint = checkpoint
        self._fetcher = fetcher
        self._known: Validator = {}
        self._answers: list[tuple[str, Fetched]] = []

    def fetch(self, url: str, accept: str) -> Fetched:
        """See `SourceContext.fetch`."""
        known = self._known if self._known.get("url") == url and not self._answers else {}
        answer = self._fetcher.get(
            url, accept=accept, etag=known.get("etag") or None, last_modified=known.get("modified") or None
        )
        if answer.not_modified:
            raise UnchangedError(url)
        self._answers.append((url, replace(answer, body=b"")))  # the body is the source's to keep, not ours
        return answer

    @contextmanager
    def reading(self, known: Validator) -> Iterator[None]:
        """Read one record, of which a copy is known."""
        self._known, self._answers = known, []
        try:
            yield
        finally:
            self._known = {}

    def validator(self) -> dict[str, str]:
        """What tells the next time that the record just read did not change; nothing if it took several documents."""
        if len(self._answers) != 1:
            return {}
        # under the address that was asked for, which the next harvest asks for again, wherever it leads
        url, answer = self._answers[0]
        facts = {"url": url, "etag": answer.etag or "", "modified": answer.last_modified or ""}
        return facts if facts["etag"] or facts["modified"] else {}
