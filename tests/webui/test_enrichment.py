"""The enrichment page: what to expect before anything runs, and jobs that rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from snoop_flow import Workspace
from snoop_flow.entities import JobState

Items = Callable[[str], list[str]]
Post = Callable[..., TestResponse]


def test_what_to_expect_is_told_before_the_launch(
    post: Post, client: FlaskClient, archive: Workspace, items_of: Items
) -> None:
    discs = items_of("discs")
    made = archive.create_class("Discs", positives=discs[:3])
    archive.mark(made.id, dict.fromkeys(items_of("frames")[:3], -1), op_id="no")
    archive.fit(made.id)
    answer = post("/enrichment/estimate", **{"class": made.id, "threshold": "0", "everything": "1"})
    assert answer.status_code == 303
    assert (
        answer.location == f"/enrichment?estimate=1&class={made.id}&threshold=0&everything=1#estimate"
    )  # no token in it
    page = client.get(answer.location).text
    assert "36" in page
    assert "without blind answers" in page
    assert "known once an enrichment ran here" in page
    assert 'value="0"' in page
    assert [job for job in archive.jobs() if job.kind == "enrich"] == []

    asked = [card.item for card in archive.audit_next(made.id, 100).cards]
    archive.audit_answers(made.id, {item: 1 if item in discs else -1 for item in asked})
    archive.enrich([made.id])
    expected = archive.expected_hits(made.id, threshold=0.0)
    assert expected.figures
    for language, words in (("en", "by the last enrichments here"), ("fr", "d’après les derniers enrichissements")):
        page = client.get(answer.location, headers={"Accept-Language": language}).text
        assert words in page
        assert f'<td class="figure">{expected.figures.hits.value} <small' in page
    assert post("/enrichment/estimate").location == "/enrichment?estimate=1#estimate"
    assert client.get("/enrichment?estimate=1").status_code == 400
    assert client.get(f"/enrichment?estimate=1&class={made.id}&threshold=much").status_code == 400


def test_a_job_rests_and_goes_on_from_its_page(
    post: Post, client: FlaskClient, archive: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive.host, "launch", lambda job, folder: {"flow_run": "later"})  # nobody takes it yet
    job = archive.start_job("embed", {})
    page = f"/jobs/{job.id}"
    assert f"{page}/pause" in client.get(page).text
    assert post(f"{page}/pause").location == page
    resting = client.get(page, headers={"Accept-Language": "fr"}).text
    assert archive.job(job.id).state is JobState.PAUSED
    assert "Elle est en pause" in resting
    assert f"{page}/resume" in resting
    post(f"{page}/resume", next="/jobs")
    assert archive.job(job.id).state is JobState.QUEUED
    archive.run_job(job.id)
    assert f"{page}/pause" not in client.get(page).text
