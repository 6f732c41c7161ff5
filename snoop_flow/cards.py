"""Items as they are shown: with their record, score, mark and thumbnail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from snoop_flow.entities import Item, LanguageMap, Record, image_of
from snoop_flow.reports import Card
from snoop_flow.store import items, records
from snoop_flow.workspace import Workspace

LANGUAGES = ("fr", "en", "none")  # which of several labels is shown where no language is asked for


def text_of(label: LanguageMap, languages: Sequence[str] = LANGUAGES) -> str:
    """One line of a language map: the first wanted language it has, else its first."""
    for language in (*languages, *label):
        if texts := label.get(language):
            return " ; ".join(texts)
    return ""


def thumbnail_path(item_id: str) -> str:
    """Path of an item's thumbnail below the web server."""
    return f"/thumbnails/{item_id}.jpg"


def cards(
    workspace: Workspace,
    numbers: Sequence[int],
    scores: Sequence[float | None] | None = None,
    *,
    marks: Mapping[int, int] | None = None,
    statuses: Mapping[int, str] | None = None,
    why: str = "",
    merged: Mapping[int, int] | None = None,
) -> tuple[Card, ...]:
    """Cards of items by number, in their order; numbers that are gone are left out."""
    with workspace.catalogue.read() as connection:
        found = items.by_numbers(connection, numbers)
        known = records.by_ids(connection, [item.record_id for item in found.values()])
        parents = items.by_numbers(connection, {image_of(item) for item in found.values()} - set(found))
    given = scores if scores is not None else [None] * len(numbers)
    return tuple(
        _card(
            found[number],
            known[found[number].record_id],
            (found | parents)[image_of(found[number])].id,
            score,
            (marks or {}).get(number),
            (statuses or {}).get(number, ""),
            why,
            (merged or {}).get(number, 0),
        )
        for number, score in zip(numbers, given, strict=True)
        if number in found
    )


def _card(
    item: Item, record: Record, image: str, score: float | None, mark: int | None, status: str, why: str, merged: int
) -> Card:
    record_label = text_of(record.label)
    return Card(
        item=item.id,
        score=None if score is None else round(float(score), 4),
        uri=item.uri,
        selector=item.selector,
        label=text_of(item.label) or record_label,
        record=record.id,
        record_label=record_label,
        thumbnail=thumbnail_path(item.id),
        width=item.width,
        height=item.height,
        mark=mark,
        why=why,
        status=status,
        merged=merged,
        image=image,
        origin=item.origin,
    )
