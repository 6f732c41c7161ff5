"""The verb: cut films into shots, part by part."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from snoop_flow import jobs
from snoop_flow.entities import Job, Unit
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.films.reading import medium_of, uri_of
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import Still, VideoSegmenter, VideoTask
from snoop_flow.reports import FailedThing, VideosReport
from snoop_flow.store import failures, film_claims, films, records
from snoop_flow.store.rows import now
from snoop_flow.videos.claiming import claimed
from snoop_flow.videos.fetching import drop_copy, local_file
from snoop_flow.videos.joining import join
from snoop_flow.videos.planning import (
    LONGEST,
    STAGE,
    Uncut,
    Wish,
    begin,
    failure_of,
    is_cut,
    plan,
    video_segmenter,
    wish,
)
from snoop_flow.videos.saving import drop_stills, keep_still, poster, rows_of
from snoop_flow.workspace import Workspace

COUNTS = ("films", "shots", "keyframes", "replaced", "skipped")


def cut_videos(
    workspace: Workspace,
    *,
    collection: str | None = None,
    segmenter: str | None = None,
    keyframes: int | None = None,
    every: float | None = None,
    retry: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> VideosReport:
    """Cut the films that are not yet, or changed, into shots with keyframes.

    Args:
        collection: slug of the only collection to look at.
        segmenter: what finds the shots, by name; by default the setting `video_segmenter`.
        keyframes: of a shot at most; by default the setting `video_keyframes`.
        every: seconds between keyframes, instead; by default the setting `video_every`.
        retry: instead of all this: those that failed and may be tried again, as they were wanted then, and those that
            nobody has tried; `host` is the only one where they lie, `early` takes all of them, due or not.

    Raises:
        PluginError: no such segmenter, or none at all is installed.
        NotFoundError: no such collection.
        UsageError: a number is out of range.
    """
    how = wish(workspace, segmenter, keyframes, every)
    parameters: dict[str, Any] = {"collection": collection, "segmenter": how.segmenter}
    parameters |= {"keyframes": how.keyframes, "every": how.every} | ({"retry": dict(retry)} if retry else {})
    job = jobs.run(workspace, VIDEOS, parameters, progress)
    failed = tuple(FailedThing(**one) for one in job.report["failed"])
    return VideosReport(job=job.id, cost=job.cost, **{**job.report, "failed": failed})


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload | None:
    payload = unit.payload
    if payload["film"] is None:
        for one in payload["failed"]:
            if not one.get("known"):
                _keep_failure(workspace, one)
        told = [_told(one) for one in payload["failed"]]
        return {**dict.fromkeys(COUNTS, 0), "skipped": payload["skipped"], "failed": told}
    report: dict[str, Any] = {**dict.fromkeys(COUNTS, 0), "failed": []}
    film = _film(workspace, job, payload)
    if film is None:
        return report
    try:
        done = _Cutting(workspace, job, film).cut(payload["part"])
        return None if done is None else report | done
    except SourceError as error:
        failure = failure_of(film, error)
        _keep_failure(workspace, failure)
        return {**report, "failed": [_told(failure)]}


def _film(workspace: Workspace, job: Job, payload: Payload) -> Uncut | None:
    """The film of a unit; None where it went meanwhile."""
    asked = job.parameters  # the units of an older snoop-flow do not say how
    how = (
        Wish(**payload["wish"])
        if "wish" in payload
        else wish(workspace, asked["segmenter"], asked["keyframes"], asked["every"])
    )
    with workspace.catalogue.read() as connection:
        found = films.canvases(connection, None, [payload["film"]])
        if not found:
            return None
        record = records.by_id(connection, found[0].record_id)
    medium = medium_of(record, found[0]) or {}
    return Uncut(found[0], record, medium, uri_of(found[0], medium), how, payload["version"])


class _Cutting:
    """A film that is being cut for a job."""

    def __init__(self, workspace: Workspace, job: Job, film: Uncut) -> None:
        self._workspace, self._job, self._film = workspace, job, film
        self._canvas, self._version, self._wish = film.canvas, film.version, film.wanted

    def cut(self, part: int | None) -> dict[str, Any] | None:
        """Cut one part, or all where none is named, and enter the shots when nothing is left to do.

        Returns the counts for the report; None where the job was stopped before that.

        Raises:
            SourceError: the film cannot be had or read, or is cut in another way meanwhile.
        """
        count = begin(self._workspace, self._job, self._film)
        segmenter = video_segmenter(self._workspace, self._wish.segmenter).open()
        report: dict[str, Any] = {}
        for number in range(count) if part is None else [part]:
            if not self._goes_on():
                return None
            with claimed(self._workspace, self._canvas, number, self._version, self._goes_on) as owner:
                if owner is None:
                    return None
                self._cut_part(segmenter, number, count, owner)
                report |= self._entered(count)
        return report

    def _goes_on(self) -> bool:
        return not self._workspace.closing and jobs.get(self._workspace, self._job.id).state not in jobs.STOPPED

    def _cut_part(self, segmenter: VideoSegmenter, number: int, count: int, owner: str) -> None:
        with self._workspace.catalogue.read() as connection:
            known = films.state(connection, self._canvas.number)
            if known is None or number in films.parts(connection, self._canvas.number, self._version):
                return
        length = float(known.facts["seconds"])
        end = None if number + 1 == count else (number + 1) * length
        task = VideoTask(number * length, end, self._wish.keyframes, self._wish.every, LONGEST)
        stills: list[dict[str, Any]] = []

        def keep(still: Still) -> None:
            stills.append(keep_still(self._workspace, self._canvas, still))

        found = segmenter.cut(local_file(self._workspace, self._canvas, self._film.medium), task, keep)
        value = {
            "boundaries": [[one.at, one.kind, one.strength] for one in found.boundaries],
            "stills": stills,
            "first": found.first,
            "last": found.last,
            "frames": found.frames,
        }
        with self._workspace.catalogue.write() as connection:
            # who was taken for dead keeps nothing: the part is another's by now
            if film_claims.renew(connection, self._canvas.number, number, owner):
                films.keep_part(connection, self._canvas.number, number, self._version, value)

    def _entered(self, count: int) -> dict[str, Any]:
        """Enter shots and keyframes if all parts are there; returns the counts for the report."""
        with self._workspace.catalogue.read() as connection:
            parts = films.parts(connection, self._canvas.number, self._version)
            known = films.state(connection, self._canvas.number)
        if len(parts) < count or known is None:
            return {}
        shots = join([parts[number] for number in sorted(parts)], self._wish.keyframes, self._wish.every)
        if not shots:
            raise SourceError(FailureKind.INVALID, self._film.uri, "none of its pictures can be decoded")
        size = (int(known.facts["width"]), int(known.facts["height"]))
        rows = rows_of(self._canvas, self._film.record, shots, size, self._wish.segmenter)
        picture = poster(shots)
        medium = {"kind": "Video", "duration": round(max(shots[-1].end, known.facts["duration"] or 0.0), 3)}
        medium |= {"fps": known.facts["fps"], "width": size[0], "height": size[1]}
        medium |= {} if self._film.medium.get("format") else {"format": known.facts["format"]}
        facts = {"width": size[0], "height": size[1], "image": {"path": picture.file}}
        with self._workspace.catalogue.write() as connection:
            now_known = films.state(connection, self._canvas.number, lock=True)
            present = films.canvases(connection, None, [self._canvas.number])
            if not present or now_known is None or now_known.version != self._version:
                return {}
            if is_cut(connection, present[0], self._version):  # another part ended at the same time
                return {}
            had = films.finish(connection, self._canvas, self._film.record, rows, facts, medium)
            failures.clear(connection, STAGE, [self._film.uri])
        used = {row["image"]["path"] for row in rows}
        drop_stills(self._workspace, {one["file"] for part in parts.values() for one in part["stills"]} - used)
        drop_copy(self._workspace, self._canvas)
        return {
            "films": 1,
            "shots": len(shots),
            "keyframes": sum(len(shot.keyframes) for shot in shots),
            "replaced": had,
        }


def _keep_failure(workspace: Workspace, one: Mapping[str, Any]) -> None:
    due = None if one["wait"] is None else now() + timedelta(seconds=one["wait"])
    with workspace.catalogue.write() as connection:
        failures.keep(
            connection,
            STAGE,
            one["uri"],
            one["kind"],
            one["reason"],
            retry_at=due,
            source_id=one["source"],
            hint=one["hint"],
        )


def _told(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("uri", "kind", "reason")}


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    counts = {name: sum(report[name] for report in reports) for name in COUNTS}
    failed = {one["uri"]: one for report in reports for one in report["failed"]}  # once, however many parts failed
    return {**counts, "failed": list(failed.values())}


# parts of films are looked at side by side, each in a process of its own
VIDEOS = Verb("harvest_videos", plan, _do_unit, _finish, at_once=max(2, min(8, os.cpu_count() or 2)))
