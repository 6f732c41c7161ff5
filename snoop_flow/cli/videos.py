"""`shots`: the shots of a harvested video."""

from __future__ import annotations

from typing import Any

import click

from snoop_flow.cli.options import counted, in_workspace
from snoop_flow.facade import Workspace
from snoop_flow.videos import VideoShots


@click.command()
@click.argument("video")
@in_workspace
def shots(workspace: Workspace, video: str) -> Any:
    """List the shots of a harvested video, in seconds: its file name, the id of its record, or its address.

    \b
    Examples:  snoop-flow shots reel-1.mp4
               snoop-flow shots reel-1.mp4 --json
    """
    found = workspace.shots(video)
    return found, _text(found)


def _text(found: VideoShots) -> str:
    title = next((texts[0] for texts in found.label.values() if texts), found.uri)
    total = sum(len(shot.keyframes) for shot in found.shots)
    lines = [f"{title}: {counted(len(found.shots), 'shot')}, {counted(total, 'keyframe')} ({found.uri})"]
    lines.append(f"{'shot':>5} {'start':>12} {'end':>12} {'seconds':>9}   keyframes")
    for number, shot in enumerate(found.shots, 1):
        times = " ".join(f"{at:.2f}" for at in shot.keyframes) or "none: of one colour"
        lines.append(
            f"{number:5} {_clock(shot.start):>12} {_clock(shot.end):>12} {shot.end - shot.start:9.2f}   {times}"
        )
    return "\n".join(lines)


def _clock(at: float) -> str:
    """A time as players show it: `1:02:03.45`."""
    hundredths = round(at * 100)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 100:02d}.{rest % 100:02d}"


COMMANDS = (shots,)
