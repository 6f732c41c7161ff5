"""Which films are to be cut into shots, and the parts of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from sqlalchemy import Connection

from snoop_flow.entities import Failure, Item, Job, Record
from snoop_flow.errors import PluginError, SourceError, UsageError
from snoop_flow.films.reading import medium_of, uri_of
from snoop_flow.harvesting.planning import wait_before_retry
from snoop_flow.host import choose
from snoop_flow.jobs import Payload
from snoop_flow.plugin_types import VideoSegmenterSpec
from snoop_flow.store import collections, failures, films, records
from snoop_flow.store.rows import now
from snoop_flow.videos.claiming import refuse_other_way
from snoop_flow.videos.fetching import local_file
from snoop_flow.workspace import Workspace

STAGE = "video"
LONGEST = 1024  # pixels of a keyframe's longer side
MOST_KEYFRAMES = 100  # of a shot
MINIMUM = 0.04  # seconds between keyframes, where they are wanted at a rate


@dataclass(frozen=True, slots=True)
class Wish:
    """How films are to be cut.

    Attributes:
        keyframes: of a shot at most.
        every: seconds between keyframes instead; 0.0 chooses them by what they show.
    """

    segmenter: str
    keyframes: int
    every: float


@dataclass(frozen=True, slots=True)
class Uncut:
    """A film that is not cut yet as it is wanted.

    Attributes:
        uri: names its file in reports and failures.
        version: of the film, cut in this way.
    """

    canvas: Item
    record: Record
    medium: Mapping[str, Any]
    uri: str
    wanted: Wish
    version: str


def wish(
    workspace: Workspace, segmenter: str | None = None, keyframes: int | None = None, every: float | None = None
) -> Wish:
    """How films are to be cut, the settings where nothing is said; raises `UsageError`."""
    settings = workspace.settings
    name = segmenter or settings.video_segmenter
    most = settings.video_keyframes if keyframes is None else keyframes
    rate = settings.video_every if every is None else every
    if not 1 <= most <= MOST_KEYFRAMES:
        raise UsageError(f"keyframes of a shot {most}: must be between 1 and {MOST_KEYFRAMES}")
    if rate != 0.0 and not MINIMUM <= rate <= 3600.0:
        raise UsageError(f"seconds between keyframes {rate:g}: must be between {MINIMUM} and 3600, or 0 for none")
    return Wish(name, most, rate)


def video_segmenter(workspace: Workspace, name: str) -> VideoSegmenterSpec:
    """The segmenter of films with this name; raises `PluginError`."""
    host = workspace.host
    if not host.video_segmenters and name not in host.segmenters:
        broken = "".join(f"; {plugin} was not loaded: {why}" for plugin, why in host.failures.items())
        raise PluginError(f"films need the plugin snoop-video: pip install snoop-video{broken}")
    return choose("segmenter of films", name, host.video_segmenters, host.failures)


def version_of(canvas: Item, wanted: Wish, spec: VideoSegmenterSpec) -> str:
    """Changes when a film does, or is to be cut in another way."""
    facts = [canvas.image_digest, spec.version, LONGEST, asdict(wanted)]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _was_cut(connection: Connection, canvas: Item) -> bool:
    """Whether the shots of a film are entered, however it was cut."""
    known = films.state(connection, canvas.number)
    return known is not None and known.finished and bool(canvas.image)


def is_cut(connection: Connection, canvas: Item, version: str) -> bool:
    """Whether the shots of this version of a film are entered; another harvest may have forgotten its poster."""
    known = films.state(connection, canvas.number)
    return known is not None and known.version == version and _was_cut(connection, canvas)


def films_to_cut(workspace: Workspace, collection: str | None = None, wanted: Wish | None = None) -> int:
    """How many films are not cut into shots yet as they are wanted, those that cannot be included."""
    with workspace.catalogue.read() as connection:
        found, how = _canvases(connection, collection), wanted or wish(workspace)
        return len(_uncut(connection, workspace, [(one, how) for one in found])) if found else 0


def films_to_retry(workspace: Workspace, host: str | None = None, *, early: bool = False) -> int:
    """How many films could not be cut and may be tried again now, and how many nobody has tried yet.

    Args:
        host: only those that lie there.
        early: all that could not be cut, due or not.
    """
    with workspace.catalogue.read() as connection:
        return len(_uncut(connection, workspace, _worth_another_try(connection, workspace, host, early)))


def _canvases(connection: Connection, collection: str | None) -> list[Item]:
    return films.canvases(connection, collections.by_slug(connection, collection).id if collection else None)


def _worth_another_try(
    connection: Connection, workspace: Workspace, host: str | None, early: bool
) -> list[tuple[Item, Wish]]:
    """Films that failed and may be tried again, and those that nobody has tried, with the way they are wanted in."""
    found = _canvases(connection, None)
    of = records.by_ids(connection, {one.record_id for one in found})
    failed = {one.subject: one for one in failures.of_stage(connection, STAGE)}
    due = {one.subject for one in failures.to_retry(connection, STAGE, host, early=early)}
    wanted: list[tuple[Item, Wish]] = []
    for canvas in found:
        subject = failures.subject_of(uri_of(canvas, medium_of(of[canvas.record_id], canvas) or {}))
        if subject in due or (subject not in failed and not _was_cut(connection, canvas)):
            hint = failed[subject].hint if subject in failed else {}
            wanted.append((canvas, Wish(**hint["wish"]) if "wish" in hint else wish(workspace)))
    return wanted


def _uncut(connection: Connection, workspace: Workspace, wanted: Sequence[tuple[Item, Wish]]) -> list[Uncut]:
    of = records.by_ids(connection, {one.record_id for one, _ in wanted})
    found = []
    for canvas, how in wanted:
        version = version_of(canvas, how, video_segmenter(workspace, how.segmenter))
        if not is_cut(connection, canvas, version):
            record = of[canvas.record_id]
            medium = medium_of(record, canvas) or {}
            found.append(Uncut(canvas, record, medium, uri_of(canvas, medium), how, version))
    return found


def plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    """First what is to be told, then the parts of each film in its order; a film elsewhere is one part."""
    asked = job.parameters
    again = asked.get("retry")
    with workspace.catalogue.read() as connection:
        if again is not None:
            wanted = _worth_another_try(connection, workspace, again.get("host"), bool(again.get("early")))
        else:
            how = wish(workspace, asked["segmenter"], asked["keyframes"], asked["every"])
            video_segmenter(workspace, how.segmenter)
            wanted = [(one, how) for one in _canvases(connection, asked["collection"])]
        open_ = _uncut(connection, workspace, wanted)
        known = {} if again is not None else {one.subject: one for one in failures.of_stage(connection, STAGE)}
    failed: list[Payload] = []
    parts: list[Payload] = []
    for film in open_:
        before = known.get(failures.subject_of(film.uri))
        if before is not None and _in_vain(film, before):
            failed.append({"uri": film.uri, "kind": before.kind, "reason": before.reason, "known": True})
            continue
        common = {"film": film.canvas.number, "version": film.version, "wish": asdict(film.wanted)}
        try:
            if "path" in film.medium:
                count = begin(workspace, job, film)
                parts += [{**common, "part": number} for number in range(count)]
            else:
                parts.append({**common, "part": None})
        except SourceError as error:
            failed.append(failure_of(film, error))
    yield {"film": None, "skipped": len(wanted) - len(open_), "failed": failed}
    yield from parts


def _in_vain(film: Uncut, before: Failure) -> bool:
    """Whether a film need not be fetched again: neither has it changed nor is another try due."""
    same = "path" not in film.medium and before.hint.get("version") == film.version
    return same and (before.retry_at is None or before.retry_at > now())


def failure_of(film: Uncut, error: SourceError) -> dict[str, Any]:
    """What is kept of a film that could not be cut, so that it can be cut again in the same way."""
    told = {"uri": film.uri, "kind": str(error.kind), "reason": error.reason, "wait": wait_before_retry(error)}
    hint = {"wish": asdict(film.wanted), "version": film.version}
    return {**told, "source": film.record.source_id, "hint": hint}


def begin(workspace: Workspace, job: Job, film: Uncut) -> int:
    """Look at a film's head unless that was done, keep what it says, and give the number of its parts.

    Raises:
        SourceError: it cannot be had or read, or another job is cutting it in another way.
    """
    canvas, version = film.canvas, film.version
    with workspace.catalogue.write() as connection:
        known = films.state(connection, canvas.number)
        if known is not None and known.version == version:
            return int(known.facts["parts"])
        refuse_other_way(connection, film.canvas, version, job.id)
    segmenter = video_segmenter(workspace, film.wanted.segmenter).open()
    facts = segmenter.facts(local_file(workspace, canvas, film.medium))
    length = facts.duration or 0.0
    count = max(1, ceil(length / workspace.settings.video_part - 0.5)) if length else 1
    kept = {**asdict(facts), "parts": count, "seconds": workspace.settings.video_part}
    with workspace.catalogue.write() as connection:
        known = films.state(connection, canvas.number, lock=True)
        if known is not None and known.version == version:  # another job began it at the same time
            return int(known.facts["parts"])
        refuse_other_way(connection, canvas, version, job.id)
        films.begin(connection, canvas.number, version, kept, job.id)
    return count
