"""What pushing sends, what it gets back, and what it needs of a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from snoop_flow.fetching import Fetcher
from snoop_iiif import AnnotationDraft


@dataclass(frozen=True, slots=True)
class Letter:
    """An annotation on its way.

    Attributes:
        id: of ours in the catalogue.
        name: for the target: safe in addresses and file names, the same every time.
        draft: what it says.
        document: the same in the notation of the target.
    """

    id: str
    name: str
    draft: AnnotationDraft
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the target answered: where its copy is, and the copy's ETag where it told one."""

    uri: str
    etag: str = ""


class Target(Protocol):
    """A place that annotations are sent to; every method raises `SourceError`."""

    def write(self, draft: AnnotationDraft) -> dict[str, Any]:
        """The annotation in the target's notation."""

    def write_verdict(self, draft: AnnotationDraft) -> dict[str, Any] | None:
        """The verdict of a person on it in the target's notation; None where that has no verdicts."""

    def find(self, letter: Letter) -> Receipt | None:
        """The target's copy of what may have been sent before; None where it has none."""

    def create(self, letter: Letter) -> Receipt:
        """Send it for the first time."""

    def replace(self, letter: Letter, receipt: Receipt) -> Receipt:
        """Send it anew in place of the copy."""

    def remove(self, receipt: Receipt) -> None:
        """Remove the copy; one that is gone already is well."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the engine lends a target.

    Attributes:
        token: shown to the server; "" for none.
        extension_context: address of the context of our annotations.
    """

    fetcher: Fetcher
    token: str
    extension_context: str

    def headers(self, **others: str) -> dict[str, str]:
        """Headers of a request, empty ones left out."""
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return own | {name.replace("_", "-"): value for name, value in others.items() if value}
