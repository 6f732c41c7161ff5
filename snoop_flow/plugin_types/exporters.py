"""Exporters: annotations → a catalogue's format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snoop_flow.entities import Item, Record, Status, VisualClass

if TYPE_CHECKING:
    from snoop_iiif import AnnotationDraft


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One published statement with all that a catalogue's format may need.

    Attributes:
        annotation: what was published; `snoop_iiif` builds the profiles of IIIF and W3C from it.
        decided_by: name of the reviewer, empty for a machine's statement.
    """

    annotation: AnnotationDraft
    item: Item
    record: Record
    collection: str
    visual_class: VisualClass
    version: int
    score: float
    status: Status
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportContext:
    """Facts of the installation that exports.

    Attributes:
        extension_context: address of the JSON-LD context for confidence and provenance.
        page_uri: the address of an item's annotation page; regions and keyframes share that of their canvas.
        manifest: builds the Presentation 3 manifest of a local record, which the installation serves itself.
    """

    public_url: str
    agent: str
    institution: str
    extension_context: str
    page_uri: Callable[[Item], str]
    manifest: Callable[[Record], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an exporter wrote.

    Attributes:
        records: statements that were written.
        left_out: what the format has no place for, how much of it and why, in one line.
    """

    files: tuple[str, ...]
    records: int
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class ExporterSpec:
    """A catalogue's format.

    Attributes:
        export: writes rows, which come grouped by record and item, to a path (a file, or a folder if
            `writes_folder`) and streams: memory must not grow with their number.
        short: what it is called on a button, such as `Dublin Core`; its name in capitals where nothing is said.
    """

    name: str
    title: str
    writes_folder: bool
    export: Callable[[Iterable[ExportRow], Path, ExportContext], ExportReport]
    short: str = ""
