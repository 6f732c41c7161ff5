"""Marks on a shot or a span of a film: they become marks on its keyframes, which are what a class learns from."""

from __future__ import annotations

from snoop_flow.classes import marking
from snoop_flow.entities import Item
from snoop_flow.errors import UsageError
from snoop_flow.films.reading import Film, film_at
from snoop_flow.fragments import seconds
from snoop_flow.reports import FilmMarkReport
from snoop_flow.workspace import Workspace


def mark_film(
    workspace: Workspace,
    name: str,
    record_id: str,
    value: int | None,
    *,
    item: str = "",
    span: tuple[float, float] | None = None,
    op_id: str,
    user: str | None = None,
) -> FilmMarkReport:
    """Mark a shot, a keyframe or a span of a film as one operation, which can be undone as one.

    A span without a keyframe in it is marked on the keyframe that stands for its middle.

    Args:
        value: 1, -1, 0 for unsure, None to clear.
        item: id of a shot or a keyframe of the film; of the whole film where there is no span.
        span: seconds at which it begins and ends.

    Raises:
        NotFoundError: no such class or record, or no film in it.
        UsageError: the span or the item is not in the film, or nothing in it has a keyframe yet.
    """
    with workspace.catalogue.read() as connection:
        found = film_at(connection, record_id, item)
    meant = _in_span(found, span) if span is not None else _in_item(found, item)
    if not meant:
        raise UsageError("there is no keyframe here yet; find the shots of the film first")
    report = marking.mark(workspace, name, {one.id: value for one in meant}, op_id=op_id, user=user)
    ids = tuple(one.id for one in meant)
    return FilmMarkReport(report.op_id, ids, report.positives, report.negatives, report.unsure)


def _in_span(film: Film, span: tuple[float, float]) -> list[Item]:
    start, end = span
    if not 0 <= start <= end <= max(film.duration, 0.0):
        told = f"{start:g} to {end:g}"
        raise UsageError(f"span {told} s: give its beginning and end within 0 to {seconds(film.duration)} seconds")
    inside = film.within(start, end)
    middle = (start + end) / 2
    return inside or [film.keyframes[one.key] for one in film.moments if one.start <= middle <= one.end][:1]


def _in_item(film: Film, item_id: str) -> list[Item]:
    if item_id in ("", film.canvas.id):
        return list(film.keyframes.values())
    for shot in film.shots:
        if shot.item is not None and shot.item.id == item_id:
            return list(shot.keyframes)
    frame = [one for one in film.keyframes.values() if one.id == item_id]
    if not frame:
        raise UsageError(f"item {item_id[:40]!r}: is no shot or keyframe of this film")
    return frame
