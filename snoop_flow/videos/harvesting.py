"""A harvest that also cuts the films it met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from snoop_flow import harvesting
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.frugality import Cost
from snoop_flow.jobs import Progress
from snoop_flow.reports import HarvestReport, VideosReport
from snoop_flow.videos.planning import films_to_cut, films_to_retry, wish
from snoop_flow.videos.running import cut_videos
from snoop_flow.workspace import Workspace


def harvest(
    workspace: Workspace,
    locations: Sequence[str],
    *,
    keyframes: int | None = None,
    every: float | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> HarvestReport:
    """Read the records of some locations into the catalogue, and cut the films among them into shots.

    Args:
        locations: addresses, folders or files; the source type is recognised unless `source` names it.
        keyframes: of a shot at most; by default the setting `video_keyframes`.
        every: seconds between keyframes, instead; by default the setting `video_every`.
        options: see `snoop_flow.harvesting.harvest`.

    Raises:
        SourceError: nothing at all could be read.
        PluginError: no source can read a location, or nothing can cut films.
        ConflictError: the job was paused or cancelled meanwhile.
    """
    wish(workspace, None, keyframes, every)  # a wrong number is said before anything is read
    report = harvesting.harvest(workspace, locations, progress=progress, **options)
    return _with_films(workspace, report, progress, keyframes, every)


def retry(
    workspace: Workspace, *, host: str | None = None, early: bool = False, progress: Progress | None = None
) -> HarvestReport:
    """Read again what failed, where another try may help, and cut again the films that could not be cut.

    Args:
        host: only what lies there.
        early: also before its time, and what only a change by somebody can have mended.
    """
    report = harvesting.retry(workspace, host=host, early=early, progress=progress)
    if films_to_retry(workspace, host, early=early) == 0:
        return report
    return _joined(report, cut_videos(workspace, retry={"host": host, "early": early}, progress=progress))


def _with_films(
    workspace: Workspace,
    report: HarvestReport,
    progress: Progress | None,
    keyframes: int | None,
    every: float | None,
) -> HarvestReport:
    slug = report.collection or None
    if films_to_cut(workspace, slug, wish(workspace, None, keyframes, every)) == 0:
        return report
    cut = cut_videos(workspace, collection=slug, keyframes=keyframes, every=every, progress=progress)
    if cut.failed and not report.items and not cut.films and len(cut.failed) >= report.records:
        first = cut.failed[0]
        raise SourceError(FailureKind(first.kind), first.uri, first.reason)
    return _joined(report, cut)


def _joined(report: HarvestReport, cut: VideosReport) -> HarvestReport:
    cost = (Cost.of(report.cost) + Cost.of(cut.cost)).as_json()
    return replace(
        report,
        items=max(0, report.items + cut.keyframes - cut.replaced),
        failed=(*report.failed, *cut.failed),
        cost=cost,
        films=cut.films,
        shots=cut.shots,
        keyframes=cut.keyframes,
    )
