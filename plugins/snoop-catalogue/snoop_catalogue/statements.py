"""What all catalogues ask of a statement: which document and view, what it is called, how sure, by whom."""

from __future__ import annotations

from collections.abc import Mapping

from snoop_flow.entities import Status
from snoop_flow.fragments import fragment
from snoop_flow.metadata import citing
from snoop_flow.metadata.citing import one_line, spoken
from snoop_flow.metadata.dublin_core import duration_of, medium_of
from snoop_flow.plugin_types import ExportContext, ExportRow
from snoop_iiif import Box


def title(row: ExportRow) -> str:
    """The document's title, or its address where it has none."""
    return next((text for _, text in spoken(row.record.label)), row.record.uri)


def term(row: ExportRow, language: str = "") -> str:
    """What the class is called, in a language where it has a label in it."""
    labels = list(spoken(row.annotation.label))
    wanted = (text for spoken_in, text in labels if spoken_in.split("-")[0] == language)
    return next(wanted, labels[0][1] if labels else one_line(row.visual_class.name) or row.visual_class.id)


def ark(row: ExportRow) -> str:
    """The ark of the document, "" where neither its manifest nor its canvases are named by one."""
    return citing.ark(row.record, row.item)


def view(row: ExportRow) -> str:
    """The view within the document as its institution counts them: `f12`, by the canvas's address or its place.

    Of a film it is the stretch: `0:01:05-0:01:12`.
    """
    if row.annotation.time is None:
        return citing.view(row.item)
    return citing.stretch(row.annotation.time)


def identifier(row: ExportRow) -> str:
    """The view's name for a catalogue: ark and view, or the address of the canvas."""
    return citing.view_name(row.record, row.item)


def confidence(row: ExportRow) -> str:
    """From 0 to 1 with four decimals, "" where the statement has none."""
    return "" if row.annotation.score is None else f"{row.annotation.score:.4f}"


def confirmed(row: ExportRow) -> bool:
    """A person accepted what the machine proposed."""
    return row.status is Status.ACCEPTED


def process(row: ExportRow) -> str:
    """The class and its version: what found it."""
    return f"{row.annotation.creator.name}, version {row.version}"


def day(row: ExportRow) -> str:
    """Day on which it was last stated, as YYYYMMDD."""
    return (row.annotation.modified or row.annotation.created)[:10].replace("-", "")


def run(row: ExportRow) -> str:
    """Address of the run that made it, or of the annotation."""
    return row.annotation.run_uri or row.annotation.id


def box(row: ExportRow) -> Box:
    """Left, top, width, height in canvas units; the whole canvas where all of it is meant."""
    return row.annotation.box or (0, 0, max(row.item.width, 1), max(row.item.height, 1))


def image(row: ExportRow, context: ExportContext) -> tuple[str, str]:
    """Addresses of an item's picture and of its image service, "" for what it has not."""
    if row.item.served_here:
        service = f"{context.public_url}/iiif/3/{row.item.id}"
        return f"{service}/full/max/0/default.jpg", service
    found = row.item.image.get("service")
    return str(row.item.image.get("url") or ""), found.get("id", "") if isinstance(found, Mapping) else ""


def film(row: ExportRow, context: ExportContext) -> str:
    """Address of the film that a statement is about, "" where it is about a picture."""
    if row.annotation.time is None:
        return ""
    medium = medium_of(row.record, row.item)
    canvas = context.page_uri(row.item).rsplit("/", 1)[-1]
    return str(medium.get("url") or "") or f"{context.public_url}/iiif/media/{canvas}"


def media_type(row: ExportRow) -> str:
    """The media type of a film, "" where its source does not tell it."""
    return str(medium_of(row.record, row.item).get("format") or "")


def length(row: ExportRow) -> float | None:
    """How many seconds the film lasts that a statement is about; None where it is about a picture."""
    return None if row.annotation.time is None else duration_of(row.record, row.item)


def view_page(row: ExportRow) -> str:
    """Where a person sees the view: Gallica's page of it, else the address of the canvas, of a film with the time."""
    if row.annotation.time is not None:
        return f"{row.item.uri}#{fragment(*row.annotation.time)}"
    at_gallica = ark(row) and "bnf.fr" in row.record.uri
    return f"https://gallica.bnf.fr/{ark(row)}/{view(row)}.item" if at_gallica else row.item.uri
