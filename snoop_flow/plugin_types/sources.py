"""Sources: where records come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from snoop_flow.entities import ItemKind, LanguageMap

if TYPE_CHECKING:
    from snoop_flow.fetching import Fetched, HostProfile


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as a source describes it, before it has a number.

    Attributes:
        key: the canvas URI, or for a local record any text that is stable and unique within the record.
        image: JSON by which the image is had: `{"path": …}` or `snoop_iiif.Image.to_dict()`.
        image_digest: changes if and only if the picture must be embedded again.
        uri: the canvas URI, where the key is something more stable.
        aliases: other URIs under which institutions name this canvas.
        parent: key and selector of the item of this record that it is a part of: a keyframe's shot, a shot's canvas.
            What has a parent has its URI.
        searched: it is embedded and found; not so a film's canvas and its shots, whose keyframes are.
    """

    key: str
    label: LanguageMap
    width: int
    height: int
    image: Mapping[str, Any]
    image_digest: str
    kind: ItemKind = ItemKind.CANVAS
    selector: str = ""
    uri: str = ""
    aliases: tuple[str, ...] = ()
    parent: tuple[str, str] | None = None
    searched: bool = True


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """A record as a source describes it.

    Attributes:
        key: the manifest URI, or for a local record any stable text (the installation then names its manifest).
        digest: SHA-256 of the source document; an equal digest means that nothing changed.
        local: the installation itself serves the manifest and the images.
        problems: what could not be taken from this record, one line each.
        media: sound and video of the record, JSON each: `{"canvas", "url" or "path", "kind", "format", "duration"}`;
            `canvas` is the key of an item where the record has one for it.
        quirks: short codes of what was odd about the document and mended.
    """

    key: str
    label: LanguageMap
    digest: str
    items: tuple[ItemDraft, ...]
    metadata: tuple[tuple[LanguageMap, LanguageMap], ...] = ()
    rights: str = ""
    attribution: LanguageMap = field(default_factory=dict)
    homepage: str = ""
    version: str = ""
    local: bool = False
    problems: tuple[str, ...] = ()
    media: tuple[Mapping[str, Any], ...] = ()
    quirks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordRef:
    """A record that a source has listed but not read yet.

    Attributes:
        uri: what to read.
        hint: small JSON that the source wants back when it reads the record.
        stamp: changes whenever the record does, such as a datestamp; a record that was read with the same one is not
            read again. "" where the source knows none.
        only_new: a record that is kept already is not read again: nothing says that it changed.
    """

    uri: str
    hint: Mapping[str, Any] = field(default_factory=dict)
    stamp: str = ""
    only_new: bool = False


@dataclass(frozen=True, slots=True)
class ListingFailure:
    """A part of a source that could not be listed; the harvest goes on without it."""

    uri: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordGone:
    """A record that its institution says it has deleted."""

    uri: str


@dataclass(frozen=True, slots=True)
class RecordMoved:
    """A record that has another URI now; it stays the same record, with its marks and annotations."""

    uri: str
    to: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Up to where a source was listed, so that the next harvest lists what changed since; given last.

    Attributes:
        value: small JSON, lent back by `SourceContext.checkpoint`.
        partial: the list holds only what changed since the checkpoint that was lent: what it lacks is not gone.
    """

    value: Mapping[str, Any]
    partial: bool = False


Listed = RecordRef | ListingFailure | RecordGone | RecordMoved | Checkpoint


class SourceContext(Protocol):
    """What the engine lends a source: the one way out, and where the last harvest ended.

    Attributes:
        checkpoint: of the last complete harvest; None for a first one, and when everything is to be listed.
    """

    @property
    def checkpoint(self) -> Mapping[str, Any] | None:
        """See the class."""

    def fetch(self, url: str, accept: str) -> Fetched:
        """Fetch a document through the installation's fetcher; raises `SourceError`.

        A record that is read from one document is asked for conditionally: where the server says that it did not
        change, reading ends here, and the record counts as unchanged.
        """


class HarvestSource(Protocol):
    """An opened source: lists cheaply, reads one record at a time."""

    def list(self) -> Iterator[Listed]:
        """Yield every record once, or what changed since the checkpoint; raises `SourceError` when nothing can be."""

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read one record; raises `SourceError`."""


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A kind of place that records come from.

    Attributes:
        recognises: tells from the text of a location alone (no network) whether this source can read it.
        open: opens a location.
        hosts: the manners at the hosts of this source.
        reader: changes when reading keeps something else than before, so that unchanged documents are read again.
        general: it recognises what others recognise better; it is asked last.
    """

    name: str
    title: str
    recognises: Callable[[str], bool]
    open: Callable[[str, SourceContext], HarvestSource]
    hosts: tuple[HostProfile, ...] = ()
    reader: str = "1"
    general: bool = False
