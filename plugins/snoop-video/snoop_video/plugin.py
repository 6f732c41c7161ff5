"""The entry point: what this distribution gives to snoop-flow."""

from __future__ import annotations

from collections.abc import Sequence

import click

from snoop_flow import hookimpl
from snoop_flow.plugin_types import VideoSegmenterSpec
from snoop_video.segmenter import DIFFERENCES, video_segmenter

SHOTS = video_segmenter("shots", "Shots by differences between frames: cuts, dissolves, fades", "1", DIFFERENCES)
SCENEDETECT = video_segmenter(
    "pyscenedetect",
    "Shots by PySceneDetect's adaptive detector, which is installed apart",
    "1",
    "snoop_video.scenedetecting:Adaptive",
    needs="scenedetect",
)


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `bench video`."""
    from snoop_video.commands import video

    bench = cli.commands["bench"]
    if isinstance(bench, click.Group):
        bench.add_command(video)


@hookimpl
def register_segmenters() -> Sequence[VideoSegmenterSpec]:
    """Shots of films."""
    return [SHOTS, SCENEDETECT]
