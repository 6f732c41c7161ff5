"""A film as it is shown, and its file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from snoop_flow.cards import text_of, thumbnail_path
from snoop_flow.classes.lessons import Lesson, lesson_of
from snoop_flow.entities import Item, Status
from snoop_flow.errors import NotFoundError
from snoop_flow.films.detections import found_in
from snoop_flow.films.reading import Film, film_at, films_of, uri_of
from snoop_flow.reports import FilmReport, FoundSegment, KeyframeReport, ShotReport
from snoop_flow.store import classes, failures, items, people, predictions, records
from snoop_flow.workspace import Workspace

PLAYLISTS = frozenset({"application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl"})


def film(workspace: Workspace, record_id: str, item_id: str = "", class_name: str | None = None) -> FilmReport:
    """A film with its shots, what classes found in it, and the scores and marks of a class.

    Args:
        record_id: that the film is of.
        item_id: an item of it, where the record has several films.
        class_name: the class at hand.

    Raises:
        NotFoundError: no such record or class, or no film in it.
    """
    with workspace.catalogue.read() as connection:
        found = film_at(connection, record_id, item_id)
        segments = _segments(workspace, connection, found)
        why = failures.reason(connection, "video", uri_of(found.canvas, found.medium)) if not found.shots else ""
    lesson = lesson_of(workspace, class_name) if class_name else None
    scores = _scores(lesson, found) if lesson else {}
    return FilmReport(
        record=record_id,
        canvas=found.canvas.id,
        uri=found.canvas.uri,
        label=text_of(found.canvas.label) or text_of(found.record.label) or found.record.uri,
        duration=found.duration,
        frame_rate=float(found.medium.get("fps") or 0.0),
        width=found.size[0],
        height=found.size[1],
        media_type=media_type(found),
        playing=_playing(found),
        source=str(found.medium.get("url", "")),
        shots=_shots(found, scores, lesson.marks if lesson else {}),
        segments=segments,
        threshold=lesson.model.threshold if lesson and lesson.model else None,
        failure=why,
        labels=found.canvas.label or found.record.label,
    )


def film_file(workspace: Workspace, item_id: str) -> tuple[Path, str]:
    """The file of a local film and its media type, by the id of its canvas.

    Raises:
        NotFoundError: the item is no film of this installation, or its file is gone.
    """
    with workspace.catalogue.read() as connection:
        item = items.by_ids(connection, [item_id])[0]
        record = records.by_id(connection, item.record_id)
        films = films_of(record, records.items_of(connection, record.id))
    found = next((one for one in films if one.canvas.id == item_id), None)
    if found is None or "path" not in found.medium:
        raise NotFoundError(f"item {item_id} is no film of this installation; its own server gives it")
    path = Path(str(found.medium["path"]))
    if not path.is_file():
        raise NotFoundError(f"the file of the film {item_id} is gone; put it back, or harvest its folder again")
    return path, media_type(found)


def media_type(film: Film) -> str:
    """The media type of a film; what is said to be anything but sound and picture is given as bytes."""
    told = film.media_type
    return told if told.startswith(("video/", "audio/")) or told in PLAYLISTS else "application/octet-stream"


def _playing(film: Film) -> str:
    if "path" in film.medium:
        return "here" if Path(str(film.medium["path"])).is_file() else "gone"
    if not str(film.medium.get("url", "")).startswith(("http://", "https://")):
        return "gone"
    return "stream" if media_type(film) in PLAYLISTS else "elsewhere"


def _scores(lesson: Lesson, film: Film) -> dict[int, float]:
    """Exact scores of the keyframes by the class's newest model, by number."""
    model = lesson.linear
    numbers = list(film.keyframes)
    rows = lesson.view.rows_of(numbers)
    if model is None or not len(rows):
        return {}
    scores = model.scores(lesson.view.gather(rows[rows >= 0]))
    known = [number for number, row in zip(numbers, rows.tolist(), strict=True) if row >= 0]
    return dict(zip(known, scores.tolist(), strict=True))


def _shots(film: Film, scores: Mapping[int, float], marks: Mapping[int, int]) -> tuple[ShotReport, ...]:
    moments = {one.key: one for one in film.moments}

    def frame(item: Item) -> KeyframeReport:
        moment, score = moments[item.number], scores.get(item.number)
        return KeyframeReport(
            item=item.id,
            label=text_of(item.label),
            at=moment.at,
            start=moment.start,
            end=moment.end,
            thumbnail=thumbnail_path(item.id),
            score=None if score is None else round(score, 4),
            mark=marks.get(item.number),
        )

    return tuple(
        ShotReport(shot.item.id if shot.item else "", shot.start, shot.end, tuple(map(frame, shot.keyframes)))
        for shot in film.shots
    )


def _segments(workspace: Workspace, connection: Connection, film: Film) -> tuple[FoundSegment, ...]:
    """What classes that one may see found, by their names and the beginning."""
    said = [one for one in predictions.on_keyframes(connection, film.record.id) if one.item in film.keyframes]
    seen = classes.seen(connection, [one.class_id for one in said])
    names = people.names(connection)
    made = []
    for visual_class in sorted(seen.values(), key=lambda one: (one.name, one.id)):
        mine = [one for one in said if one.class_id == visual_class.id]
        for found in found_in(film.moments, mine, workspace.settings.segment_gap):
            by = found.best.decided_by if found.status is not Status.PROPOSED else None
            made.append(
                FoundSegment(
                    class_id=visual_class.id,
                    class_name=visual_class.name,
                    version=found.best.version,
                    start=found.segment.start,
                    end=found.segment.end,
                    score=round(found.segment.score, 4),
                    status=found.status.value,
                    uncertain=found.uncertain,
                    decided_by=names.get(by, "") if by else "",
                    best=film.keyframes[found.segment.best].id,
                    keyframes=tuple(film.keyframes[key].id for key in found.segment.keys),
                )
            )
    return tuple(made)
