"""Two jobs that want one film: they share its parts, and neither spoils what the other does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select, update

from snoop_flow import Workspace, jobs
from snoop_flow.entities import Item, JobState
from snoop_flow.errors import SourceError
from snoop_flow.plugin_types import VideoSegmenter
from snoop_flow.store import film_claims, films
from snoop_flow.store.rows import now
from snoop_flow.store.schema import film_claim, film_part, job
from snoop_flow.videos import claiming, planning
from snoop_flow.videos.claiming import claimed

encoding = pytest.importorskip("snoop_video.encoding", reason="the plugin snoop-video is not installed")


def _pictures() -> Iterator[NDArray[np.uint8]]:
    rng = np.random.default_rng(3)
    for _ in range(12):
        picture = rng.integers(0, 256, (8, 12, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
        yield from [picture] * 40


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Twelve shots of 1.6 seconds."""
    encoding.encode(tmp_path / "film.mp4", _pictures(), 25.0)
    return tmp_path / "film.mp4"


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A workspace on each kind of database, in which films have parts of five seconds."""
    path = tmp_path / "workspace"
    path.mkdir()
    database = ""
    if request.param == "postgresql":
        database = f'database = "{request.getfixturevalue("empty_postgresql")}"\n'
    (path / "snoop-flow.toml").write_text(f"{database}video_part = 5.0\n")
    Workspace.create(path).close()
    return path


@pytest.fixture
def workspaces(folder: Path) -> Iterator[tuple[Workspace, Workspace]]:
    """One workspace, opened twice."""
    with Workspace.open(folder) as one, Workspace.open(folder) as other:
        yield one, other


def _canvas(workspace: Workspace) -> Item:
    with workspace.catalogue.read() as connection:
        (canvas,) = films.canvases(connection, None)
    return canvas


def _harvested(workspace: Workspace, film: Path) -> None:
    """The film's record, not cut."""
    job = jobs.create(
        workspace,
        "harvest",
        {"locations": [str(film)], "collection": "films", "source": None, "limit": None, "allow_hosts": []},
    )
    workspace.run_job(job.id)


def test_two_jobs_share_the_parts_of_a_film(
    workspaces: tuple[Workspace, Workspace], film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = workspaces
    _harvested(one, film)
    seen: list[float] = []
    both = threading.Barrier(2, timeout=60)
    spec = planning.video_segmenter

    class Noting:
        def __init__(self, opened: VideoSegmenter) -> None:
            self._opened = opened

        def facts(self, path: Path) -> Any:
            return self._opened.facts(path)

        def cut(self, path: Path, task: Any, keep: Any) -> Any:
            seen.append(task.start)
            return self._opened.cut(path, task, keep)

    def noting(workspace: Workspace, name: str) -> Any:
        known = spec(workspace, name)
        return replace(known, open=lambda: Noting(known.open()))

    monkeypatch.setattr("snoop_flow.videos.running.video_segmenter", noting)

    def cut(workspace: Workspace, collection: str | None) -> None:
        both.wait()
        reports.append(workspace.cut_videos(collection=collection))

    reports: list[Any] = []
    threads = [threading.Thread(target=cut, args=asked) for asked in ((one, None), (other, "films"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [0.0, 5.0, 10.0, 15.0]  # each part once, whoever did it
    assert sum(report.films for report in reports) == 1
    assert not [failure for report in reports for failure in report.failed]
    assert len(one.shots("film.mp4").shots) == 12
    with one.catalogue.read() as connection:
        assert not film_claims.of_film(connection, _canvas(one).number)


def test_who_finds_a_part_taken_waits_and_a_dead_claim_is_taken_over(
    workspaces: tuple[Workspace, Workspace], film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = workspaces
    one.harvest([str(film)])
    canvas = _canvas(one)
    with one.catalogue.read() as connection:
        known = films.state(connection, canvas.number)
    assert known is not None
    monkeypatch.setattr(claiming, "LOOK", 0.01)
    asked: list[int] = []

    def twice() -> bool:
        asked.append(1)
        return len(asked) < 2

    with claimed(one, canvas, 0, known.version, lambda: True) as first:
        assert first
        with claimed(other, canvas, 0, known.version, twice) as second:
            assert (second, len(asked)) == (None, 2)
        with pytest.raises(SourceError, match="in another way"), claimed(other, canvas, 0, "else", lambda: True):
            pass
        # as if its process were killed
        with one.catalogue.write() as connection:
            connection.execute(update(film_claim).values(owner="elsewhere:1:x:y", at=now() - claiming.LEASE * 2))
        with claimed(other, canvas, 0, known.version, lambda: False) as third:
            assert third
            with one.catalogue.write() as connection:
                assert not film_claims.renew(connection, canvas.number, 0, first)
                assert film_claims.renew(connection, canvas.number, 0, third)
    with one.catalogue.read() as connection:
        assert connection.execute(select(film_claim)).all() == []


def test_a_film_that_a_job_cuts_is_not_cut_in_another_way_meanwhile(
    workspaces: tuple[Workspace, Workspace], film: Path
) -> None:
    one, other = workspaces
    _harvested(one, film)
    begun = jobs.create(one, "harvest_videos", {"collection": None, "segmenter": None, "keyframes": 1, "every": None})
    units = one.plan_job(begun.id)
    one.do_unit(units[0])
    one.do_unit(units[1])
    with one.catalogue.write() as connection:  # it runs elsewhere
        connection.execute(update(job).where(job.c.id == begun.id).values(owner="elsewhere:1"))
    (failed,) = other.cut_videos(keyframes=5).failed
    assert (failed.kind, failed.uri) == ("transient", str(film))
    assert "in another way" in failed.reason
    with one.catalogue.write() as connection:
        assert len(connection.execute(select(film_part)).all()) == 1
        connection.execute(update(job).where(job.c.id == begun.id).values(state=JobState.FAILED))
    report = other.retry(early=True)
    assert (report.films, report.failed) == (1, ())
    assert other.films_to_cut() == 1  # five keyframes a shot were wanted, and that is how it was tried again
    assert other.failures() == []


def test_one_job_is_entered_for_the_same_work(workspaces: tuple[Workspace, Workspace]) -> None:
    both = threading.Barrier(2, timeout=60)
    entered: list[tuple[str, bool]] = []

    def enter(workspace: Workspace) -> None:
        both.wait()
        found, new = jobs.create_once(workspace, "harvest_videos", {"collection": None})
        entered.append((found.id, new))

    threads = [threading.Thread(target=enter, args=(workspace,)) for workspace in workspaces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (one, _), (other, _) = entered
    assert one == other
    assert sorted(new for _, new in entered) == [False, True]
