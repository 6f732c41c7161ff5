"""Made-up statements to try an exporter on, one at a time, so that any number of them needs no memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from snoop_flow.entities import Item, ItemKind, Record, Status, Visibility, VisualClass
from snoop_flow.plugin_types import ExportContext, ExportRow
from snoop_iiif import AnnotationDraft, Software, Verdict

PUBLIC_URL = "https://snoop.example.org"
MOMENT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
# what real catalogues hold: markup, quotes, separators, other scripts, right-to-left, none at all
TITLES = ("Plan de Paris", 'Ex-libris "Aux & < Rohan >"', "خريطة باريس", "Tab\tand; comma, 'quote'", "巴黎地圖", "")
BOX = (10, 20, 300, 400)
CLASSES = (("map", "carte", "https://example.org/concepts/map"), ("coat of arms", "armoiries & blasons", ""))


def export_rows(records: int = 6, items: int = 2) -> Iterator[ExportRow]:
    """Yield statements grouped by record and item: every class on every item.

    Remote and local records, whole canvases and regions, accepted by a person and proposed by the machine take turns.

    Args:
        records: number of records.
        items: items of each record.
    """
    for record in map(_record, range(records)):
        for position in range(items):
            item = _item(record, position)
            for place in range(len(CLASSES)):
                yield _row(record, item, _visual_class(place), accepted=(position + place) % 2 == 0)


def export_context() -> ExportContext:
    """The facts of an installation that does not exist."""
    return ExportContext(
        public_url=PUBLIC_URL,
        agent="snoop-flow",
        institution="Bibliothèque d'essai",
        extension_context=f"{PUBLIC_URL}/annotations/context.json",
        page_uri=lambda item: f"{PUBLIC_URL}/annotations/pages/{item.id}",
        manifest=_manifest,
    )


def _record(number: int) -> Record:
    local = number % 3 == 2
    name = f"record-{number}"
    uri = f"{PUBLIC_URL}/iiif/manifests/{name}" if local else f"https://iiif.example.org/{name}/manifest.json"
    title = TITLES[number % len(TITLES)]
    return Record(
        id=name,
        collection_id="collection-1",
        source_id="source-1",
        uri=uri,
        label={"fr": (title,)} if title else {},
        metadata=(({"en": ("Shelfmark",)}, {"none": (f"Ge D {number}",)}),),
        rights="http://creativecommons.org/publicdomain/mark/1.0/" if number % 2 else "",
        attribution={"fr": ("Bibliothèque d'essai",)},
        homepage=f"https://catalogue.example.org/{number}" if number % 2 else "",
        version="folder" if local else "3",
        digest=f"{number:064x}",
        local=local,
        harvested_at=MOMENT,
        gone_at=None,
    )


def _item(record: Record, position: int) -> Item:
    region = position % 2 == 1
    return Item(
        number=position + 1,
        id=f"{record.id}-item-{position}",
        record_id=record.id,
        parent=None,
        kind=ItemKind.REGION if region else ItemKind.CANVAS,
        uri=f"{record.uri.removesuffix('/manifest.json')}/canvas/{position}",
        selector=f"xywh={','.join(map(str, BOX))}" if region else "",
        label={"none": (f"f. {position + 1}",)},
        width=1200,
        height=1600,
        position=position,
        image={"url": f"https://iiif.example.org/{record.id}/{position}.jpg"},
        image_digest=f"{position:064x}",
        gone_at=None,
    )


def _visual_class(place: int) -> VisualClass:
    english, french, concept = CLASSES[place]
    return VisualClass(
        id=f"class-{place}",
        institution_id="institution-1",
        owner_id="user-1",
        name=english,
        labels={"en": (english,), "fr": (french,)},
        definition=f"Images that show a {english}.",
        concept_uri=concept,
        visibility=Visibility.PUBLIC,
        set_id=1,
        version=3,
        start=None,
        start_note="",
        created_at=MOMENT,
        archived_at=None,
        licence="CC-BY-4.0",
    )


def _row(record: Record, item: Item, visual_class: VisualClass, *, accepted: bool) -> ExportRow:
    return ExportRow(
        annotation=_annotation(record, item, visual_class, accepted=accepted),
        item=item,
        record=record,
        collection="sample",
        visual_class=visual_class,
        version=visual_class.version,
        score=0.75 if accepted else 0.5,
        status=Status.ACCEPTED if accepted else Status.PROPOSED,
        decided_by="Ada Lovelace" if accepted else "",
        decided_at=MOMENT if accepted else None,
    )


def _annotation(record: Record, item: Item, visual_class: VisualClass, *, accepted: bool) -> AnnotationDraft:
    moment = MOMENT.isoformat(timespec="seconds")
    return AnnotationDraft(
        id=f"{PUBLIC_URL}/annotations/{visual_class.id}-{item.id}",
        label=visual_class.labels,
        concept_uri=visual_class.concept_uri or None,
        canvas_uri=item.uri,
        manifest_uri=record.uri,
        creator=Software(f"visual class {visual_class.name}", str(visual_class.version)),
        created=moment,
        box=BOX if item.selector else None,
        score=0.75 if accepted else 0.5,
        generator=Software("snoop-flow", "0.1.0"),
        verdict=Verdict("accepted", moment) if accepted else None,
    )


def _manifest(record: Record) -> Mapping[str, Any]:
    canvases = [_item(record, position) for position in range(2)]
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": record.uri,
        "type": "Manifest",
        "label": {"none": ["A local record"]},
        "items": [
            {"id": one.uri, "type": "Canvas", "width": one.width, "height": one.height, "items": []} for one in canvases
        ],
    }
