"""The entry point: what this distribution gives to snoop-flow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import click
from PIL.Image import Image

from snoop_flow import hookimpl
from snoop_flow.plugin_types import VideoSegmenterSpec
from snoop_video.segmenter import DIFFERENCES, video_segmenter


def _encode(path: Path, pictures: Iterable[Image], fps: float) -> None:
    from snoop_video.encoding import encode  # late: PyAV is large, and listing plugins needs none of it

    encode(path, pictures, fps)


SHOTS = replace(
    video_segmenter("shots", "Shots by differences between frames: cuts, dissolves, fades", "1", DIFFERENCES),
    encode=_encode,
)
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


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this plugin says, in French."""
    return [Path(__file__).parent / "translations"]
