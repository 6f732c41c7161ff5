"""The flow that cuts films: one task for each part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from snoop_flow import Workspace
from snoop_flow.entities import JobState
from snoop_prefect import flows

encoding = pytest.importorskip("snoop_video.encoding", reason="the plugin snoop-video is not installed")
pytestmark = pytest.mark.usefixtures("prefect")


def _pictures() -> Iterator[NDArray[np.uint8]]:
    rng = np.random.default_rng(3)
    for _ in range(6):
        picture = rng.integers(0, 256, (8, 12, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
        yield from [picture] * 50


def test_a_film_is_harvested_and_cut_with_a_task_for_each_part(workspace: Workspace, tmp_path: Path) -> None:
    encoding.encode(tmp_path / "film.mp4", _pictures(), 25.0)
    settings = workspace.folder / "snoop-flow.toml"
    settings.write_text(settings.read_text() + "video_part = 4.0\n")

    report = flows.harvest_videos(str(workspace.folder), locations=[str(tmp_path / "film.mp4")], collection="films")

    assert (report["films"], report["shots"], report["keyframes"]) == (1, 6, 6)
    with Workspace.open(workspace.folder) as opened:
        (job,) = [one for one in opened.jobs() if one.kind == "harvest_videos"]
        assert (job.state, job.done, job.total) == (JobState.DONE, 4, 4)  # three parts, and what is told first
        assert [one.start for one in opened.shots("film.mp4").shots] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]


def test_ingest_cuts_the_films_that_it_meets(workspace: Workspace, tmp_path: Path) -> None:
    encoding.encode(tmp_path / "film.mp4", _pictures(), 25.0)

    reports = flows.ingest(str(workspace.folder), locations=[str(tmp_path)], collection="films")

    assert reports["harvest"]["videos"]["keyframes"] == 6
    assert reports["embed"]["embedded"] == reports["index"]["items"] == 6
