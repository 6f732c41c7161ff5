"""The segmenter of films that snoop-flow opens: every look at a film is a child process of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from snoop_flow.errors import PluginError
from snoop_flow.plugin_types import (
    Boundary,
    Still,
    VideoFacts,
    VideoFound,
    VideoSegmenter,
    VideoSegmenterSpec,
    VideoTask,
)
from snoop_video.process import FilmLimits, ask

DIFFERENCES = "snoop_video.detecting:Differences"
PARTS_AT_ONCE = 8  # that snoop-flow looks at, on a machine of so many processors or more
LONGEST = 100 * 3600.0  # seconds, for a part whose end is not known


class ShotSegmenter:
    """Finds shots by a detector; implements `snoop_flow.plugin_types.VideoSegmenter`."""

    def __init__(self, detector: str = DIFFERENCES, limits: FilmLimits | None = None) -> None:
        """Use a detector, `module:name` of a class that implements `snoop_video.finding.Detector`."""
        self._detector, self._limits = detector, limits or FilmLimits()

    def facts(self, film: Path) -> VideoFacts:
        """See `VideoSegmenter`."""
        return VideoFacts(**ask(film, {"task": "facts"}, DIFFERENCES, self._limits, 0.0))

    def cut(self, film: Path, task: VideoTask, keep: Callable[[Still], None]) -> VideoFound:
        """See `VideoSegmenter`."""
        request: dict[str, Any] = {
            "task": "cut",
            "start": task.start,
            "end": task.end,
            "most": task.most,
            "every": task.every,
            "longest": task.longest,
        }
        # a part is decoded beside others: fewer threads wait less for each other than many for one film
        whole = task.start == 0.0 and task.end is None
        request["threads"] = 0 if whole else max(1, (os.cpu_count() or 1) // PARTS_AT_ONCE)
        length = LONGEST if task.end is None else task.end - task.start

        def take(facts: Mapping[str, Any], jpeg: bytes) -> None:
            keep(Still(facts["at"], facts["quality"], facts["tick"], facts["signature"], jpeg))

        found = ask(film, request, self._detector, self._limits, length, take)
        boundaries = tuple(sorted((Boundary(*one) for one in found["boundaries"]), key=lambda one: one.at))
        return VideoFound(boundaries, found["first"], found["last"], found["frames"])


def video_segmenter(name: str, title: str, version: str, detector: str, needs: str = "") -> VideoSegmenterSpec:
    """A segmenter that uses a detector of your own; give it from the hook `register_segmenters`.

    Args:
        version: raise it when the detector finds something else.
        detector: `module:name` of a class that implements `snoop_video.finding.Detector`; the decoder's child process
            imports it.
        needs: a module without which it cannot work, and that is no dependency.
    """

    def opened() -> VideoSegmenter:
        if needs and find_spec(needs) is None:
            raise PluginError(
                f"segmenter {name} needs {needs}, which is not installed; see the documentation of its plugin"
            )
        return ShotSegmenter(detector)

    return VideoSegmenterSpec(name, title, version, opened)
