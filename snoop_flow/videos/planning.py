"""Which films are to be cut into shots, and the parts of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from sqlalchemy import Connection

from snoop_flow.entities import Item, Job
from snoop_flow.errors import PluginError, SourceError, UsageError
from snoop_flow.films.reading import medium_of
from snoop_flow.host import choose
from snoop_flow.jobs import Payload
from snoop_flow.plugin_types import VideoSegmenter, VideoSegmenterSpec
from snoop_flow.store import collections, films, records
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


def is_cut(connection: Connection, canvas: Item, version: str) -> bool:
    """Whether the shots of this version of a film are entered; another harvest may have forgotten its poster."""
    known = films.state(connection, canvas.number)
    return known is not None and known.version == version and known.finished and bool(canvas.image)


def films_to_cut(workspace: Workspace, collection: str | None = None, wanted: Wish | None = None) -> int:
    """How many films are not cut into shots yet as they are wanted, those that cannot be included."""
    with workspace.catalogue.read() as connection:
        scope = collections.by_slug(connection, collection).id if collection else None
        found = films.canvases(connection, scope)
        if not found:
            return 0
        how = wanted or wish(workspace)
        spec = video_segmenter(workspace, how.segmenter)
        return sum(not is_cut(connection, one, version_of(one, how, spec)) for one in found)


def plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    """First what is to be told, then the parts of each film in its order; a film elsewhere is one part."""
    asked = job.parameters
    how = wish(workspace, asked["segmenter"], asked["keyframes"], asked["every"])
    spec = video_segmenter(workspace, how.segmenter)
    with workspace.catalogue.read() as connection:
        scope = collections.by_slug(connection, asked["collection"]).id if asked["collection"] else None
        found = films.canvases(connection, scope)
        versions = {one.number: version_of(one, how, spec) for one in found}
        open_ = [one for one in found if not is_cut(connection, one, versions[one.number])]
        of = records.by_ids(connection, {one.record_id for one in open_})
    failed: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    segmenter = spec.open() if open_ else None
    for canvas in open_:
        common = {"film": canvas.number, "version": versions[canvas.number]}
        medium = medium_of(of[canvas.record_id], canvas) or {}
        try:
            if segmenter is not None and "path" in medium:
                count = begin(workspace, segmenter, canvas, versions[canvas.number], medium)
                parts += [{**common, "part": number, "parts": count} for number in range(count)]
            else:
                parts.append({**common, "part": None, "parts": None})
        except SourceError as error:
            failed.append({**common, "uri": error.uri, "kind": str(error.kind), "reason": error.reason})
    yield {"film": None, "skipped": len(found) - len(open_), "failed": failed}
    yield from parts


def begin(
    workspace: Workspace, segmenter: VideoSegmenter, canvas: Item, version: str, medium: Mapping[str, Any]
) -> int:
    """Look at a film's head unless that was done, keep what it says, and give the number of its parts."""
    with workspace.catalogue.read() as connection:
        known = films.state(connection, canvas.number)
    if known is not None and known.version == version:
        return int(known.facts["parts"])
    facts = segmenter.facts(local_file(workspace, canvas, medium))
    length = facts.duration or 0.0
    count = max(1, ceil(length / workspace.settings.video_part - 0.5)) if length else 1
    with workspace.catalogue.write() as connection:
        kept = {**asdict(facts), "parts": count, "seconds": workspace.settings.video_part}
        films.begin(connection, canvas.number, version, kept)
    return count
