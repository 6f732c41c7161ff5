"""The page of sources: look, try, harvest, schedule, retry, pause."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from snoop_flow import Workspace
from snoop_flow.entities import JobState
from snoop_flow.errors import SourceError
from snoop_flow.samples import draw_archive
from snoop_flow.samples.server import SampleServer

Post = Callable[..., TestResponse]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SampleServer]:
    """A IIIF server with 24 documents, one that is damaged and one that is missing."""
    draw_archive(tmp_path / "drawn", 24, 5)
    with SampleServer(tmp_path / "drawn") as server:
        yield server


def host(library: SampleServer) -> str:
    return library.base_url.removeprefix("http://")


def test_a_source_is_looked_at_before_it_is_harvested(
    client: FlaskClient, post: Post, archive: Workspace, library: SampleServer
) -> None:
    before = archive.status().records
    asked = {"location": library.collection_url, "allow_hosts": host(library)}
    assert "What lies there" not in client.get("/sources", query_string=asked).text  # a link asks nobody
    assert client.get("/sources/analyse", query_string=asked).location == "/sources"
    page = post("/sources/analyse", **asked)
    assert 'name="next" value="/sources"' in page.text  # where another language leads to
    assert page.status_code == 200
    for words in ("What lies there", "26 records", "your own server", "Try on 20 records", "Harvest all"):
        assert words in page.text
    assert archive.status().records == before
    assert all(source.location != library.collection_url for source in archive.sources())


@pytest.mark.parametrize("location", ["http://127.0.0.1:1/m", "nonsense", "https://no-such-host.invalid/m"])
def test_what_cannot_be_looked_at_is_one_line_on_the_page(post: Post, location: str) -> None:
    page = post("/sources/analyse", location=location)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert "What lies there" not in page.text


def test_twenty_are_tried_and_failures_are_listed_by_host(
    client: FlaskClient, post: Post, archive: Workspace, library: SampleServer
) -> None:
    form = {"locations": library.collection_url, "allow_hosts": host(library), "collection": "library"}
    job_id = post("/sources", **form, limit="20").location.removeprefix("/jobs/")
    finished(archive, job_id)
    assert archive.job(job_id).report["records"] <= 20
    archive.harvest([library.collection_url], collection="library")
    page = client.get("/sources").text
    assert host(library) in page
    assert "waiting does not help" in page
    retried = post("/sources/retry", host=host(library)).location.removeprefix("/jobs/")
    finished(archive, retried)
    assert {one["kind"] for one in archive.job(retried).report["failed"]} == {"gone", "invalid"}


def test_a_film_that_could_not_be_cut_is_tried_again(
    client: FlaskClient, post: Post, archive: Workspace, tmp_path: Path
) -> None:
    pytest.importorskip("snoop_video", reason="the plugin snoop-video is not installed")
    (tmp_path / "reels").mkdir()
    (tmp_path / "reels" / "film.mp4").write_bytes(b"not copied yet")
    with pytest.raises(SourceError):
        archive.harvest([str(tmp_path / "reels")])
    page = client.get("/sources").text
    assert 'name="stage" value="video"' in page
    assert "while cutting films into shots" in page
    retried = post("/sources/retry", host="", stage="video").location.removeprefix("/jobs/")
    finished(archive, retried)
    assert archive.job(retried).kind == "harvest_videos"
    assert [one["kind"] for one in archive.job(retried).report["failed"]] == ["invalid"]
    assert [one.tries for one in archive.failures("video")] == [2]
    assert post("/sources/retry", host="example.org", stage="video").location == "/sources"


def test_a_schedule_is_made_and_removed(
    client: FlaskClient, post: Post, archive: Workspace, library: SampleServer
) -> None:
    asked = {"name": "nightly", "location": library.collection_url, "when": "nightly", "collection": "library"}
    assert post("/sources/schedule", **asked, allow_hosts=host(library)).status_code == 303
    kept = json.loads((archive.folder / "schedules.json").read_text("utf-8"))
    assert (kept[0]["cron"], kept[0]["locations"]) == ("0 3 * * *", [library.collection_url])
    assert kept[0]["allow_hosts"] == [host(library)]
    assert "every night" in client.get("/sources").text
    assert post("/sources/schedule", **{**asked, "name": "-x", "when": "", "cron": "never"}).status_code == 400
    assert post("/sources/schedule", name="nightly", remove="yes").status_code == 303
    assert "every night" not in client.get("/sources").text.split("Schedules")[-1].split("</table>")[0]


def test_a_job_is_paused_and_goes_on(
    client: FlaskClient, post: Post, archive: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as here:
        here.setattr(archive.host, "launch", lambda job, folder: {"flow_run": "later"})  # nobody takes it yet
        job = archive.start_job("index", {"type": "exact"})
    post(f"/jobs/{job.id}/pause")
    assert archive.job(job.id).state is JobState.PAUSED
    assert "Go on" in client.get("/sources").text
    post(f"/jobs/{job.id}/resume")
    finished(archive, job.id)
    assert archive.job(job.id).state is JobState.DONE


def finished(archive: Workspace, job_id: str) -> None:
    end = time.monotonic() + 60
    while archive.job(job_id).state in (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED):
        assert time.monotonic() < end
        time.sleep(0.05)
