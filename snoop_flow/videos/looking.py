"""The shots of a harvested video, as a list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from snoop_flow.entities import Item, LanguageMap, Record
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.films.reading import Shot, film_at
from snoop_flow.fragments import time_of
from snoop_flow.store import films, records
from snoop_flow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ShownShot:
    """A shot of a video, in seconds.

    Attributes:
        item: its id.
        keyframes: when they are shown; `items` are their ids.
    """

    start: float
    end: float
    keyframes: tuple[float, ...]
    item: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VideoShots:
    """A video with its shots in order."""

    record: str
    uri: str
    label: LanguageMap
    duration: float | None
    shots: tuple[ShownShot, ...]


def shots(workspace: Workspace, video: str) -> VideoShots:
    """The shots of a harvested video.

    Args:
        video: its file name or path, the id of its record, or the address of its record, canvas or file.

    Raises:
        NotFoundError: there is none, or it is not cut into shots.
        UsageError: several are named so.
    """
    canvas, record = _found(workspace, video)
    with workspace.catalogue.read() as connection:
        film = film_at(connection, record.id, canvas.id)
    shown = [_shown(one, one.item.id) for one in film.shots if one.item is not None]
    if not shown:
        raise NotFoundError(f"video {video} is not cut into shots; harvest it again to see why")
    return VideoShots(record.id, canvas.uri, record.label, film.medium.get("duration"), tuple(shown))


def _shown(shot: Shot, id_: str) -> ShownShot:
    times = tuple((time_of(one.selector) or (0.0, None))[0] for one in shot.keyframes)
    return ShownShot(shot.start, shot.end, times, id_, tuple(one.id for one in shot.keyframes))


def _found(workspace: Workspace, video: str) -> tuple[Item, Record]:
    with workspace.catalogue.read() as connection:
        canvases = films.canvases(connection, None)
        of = records.by_ids(connection, {one.record_id for one in canvases})
    pairs = [(one, of[one.record_id]) for one in canvases]
    exact = [pair for pair in pairs if video in _names(*pair)]
    found = exact or [pair for pair in pairs if Path(video).name in {Path(name).name for name in _files(*pair)}]
    if not found:
        raise NotFoundError(f"there is no video {video!r} in this workspace; give its file name, record id or address")
    if len(found) > 1:
        named = ", ".join(record.id for _, record in found[:5])
        raise UsageError(f"{len(found)} videos are named {video!r}; give the id of one of their records: {named}")
    return found[0]


def _names(canvas: Item, record: Record) -> set[str]:
    return {canvas.id, canvas.uri, record.id, record.uri, *_files(canvas, record)}


def _files(canvas: Item, record: Record) -> set[str]:
    mine = [one for one in record.media if one.get("canvas") == canvas.uri]
    return {str(one[name]) for one in mine for name in ("path", "url") if one.get(name)}
