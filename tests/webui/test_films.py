"""The Video screen without scripts, and its answers for programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from snoop_flow.store import failures
from snoop_flow.store.schema import item

Post = Callable[..., TestResponse]


def test_the_screen_says_all_in_a_table(client: FlaskClient, cinema: Any) -> None:
    page = client.get(f"/videos/{cinema.record}?class={cinema.class_id}&item={cinema.frame(9.0)}").text
    assert 'src="/iiif/media/' in page
    assert "#t=9" in page
    table = page[page.index("<table>") : page.index("</table>")]
    assert len(re.findall("<tr>", table)) == 1 + 4
    assert "0:00:20 – 0:00:26.5" in table
    assert "Rounds" in table
    assert re.search(r"0:00:00 – 0:00:03.*?accepted, Curator", page, re.DOTALL)
    assert re.search(r"0:00:08 – 0:00:12.*?rejected, Curator", page, re.DOTALL)
    assert "keyframe at 0:00:09" in page
    assert f"/?item={cinema.frame(9.0)}" in page


def test_the_table_of_a_long_film_is_a_page_away(
    client: FlaskClient, cinema: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snoop_webui.views.films.IN_TABLE", 3)
    page = client.get(f"/videos/{cinema.record}?class={cinema.class_id}").text
    assert "<table>" not in page
    found = re.search(r'<a id="table" href="([^"]+)#table">Table of the 4 shots</a>', page)
    assert found
    whole = client.get(found[1].replace("&amp;", "&")).text
    assert '<details class="twin" id="table" open>' in whole
    assert "0:00:20 – 0:00:26.5" in whole


def test_who_could_not_be_cut_says_why(
    client: FlaskClient, cinema: Any, pictures: Any, add_film: Callable[..., str], tmp_path: Any
) -> None:
    file = tmp_path / "bare.webm"
    file.write_bytes(b"no film")
    record = add_film(cinema.workspace, pictures, "Bare", file=file, shots=(), frames=())
    with cinema.workspace.catalogue.write() as connection:
        failures.keep(connection, "video", str(file), "invalid", "is no film, or one that cannot be read")
    page = client.get(f"/videos/{record}").text
    assert "It could not be cut into shots: is no film, or one that cannot be read" in page
    assert "snoop-flow harvest --retry --early" in page


def test_alto_of_a_film_says_why_there_is_none(client: FlaskClient, cinema: Any) -> None:
    pytest.importorskip("snoop_catalogue", reason="the plugin snoop-catalogue is not installed")
    cinema.workspace.publish([cinema.class_id])
    answer = client.get(f"/classes/{cinema.class_id}/exports/alto")
    assert answer.status_code == 400
    assert "has no place for times" in answer.text
    assert client.get(f"/classes/{cinema.class_id}/exports/mets").status_code == 200


def test_french_times(client: FlaskClient, cinema: Any) -> None:
    page = client.get(f"/videos/{cinema.record}", headers={"Accept-Language": "fr"}).text
    assert "0:00:20 – 0:00:26,5" in page
    assert "Tableau des 4 plans" in page


def test_the_title_is_in_the_language_of_the_reader(
    client: FlaskClient, cinema: Any, pictures: Any, add_film: Callable[..., str]
) -> None:
    record = add_film(cinema.workspace, pictures, "Reel", url="https://films.example.org/7")
    with cinema.workspace.catalogue.write() as connection:
        connection.execute(
            update(item)
            .where(item.c.record_id == record, item.c.kind == "canvas")
            .values(label={"fr": ["Le train"], "en": ["The train"]})
        )
    for language, title in (("fr", "Le train"), ("en", "The train")):
        page = client.get(f"/videos/{record}", headers={"Accept-Language": language}).text
        assert f"<b>{title}</b>" in page


def test_policy_lets_films_play_and_nothing_else(client: FlaskClient, cinema: Any) -> None:
    policy = client.get(f"/videos/{cinema.record}").headers["Content-Security-Policy"]
    assert "media-src 'self';" in policy + ";"
    assert "media-src" not in client.get("/classes").headers["Content-Security-Policy"]


def test_the_server_of_a_remote_film_is_let_in(
    client: FlaskClient, cinema: Any, pictures: Any, add_film: Callable[..., str]
) -> None:
    record = add_film(cinema.workspace, pictures, "Remote", url="https://films.example.org/7")
    answer = client.get(f"/videos/{record}")
    assert 'src="https://films.example.org/7/film.webm"' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "media-src 'self' https://films.example.org" in policy
    assert "connect-src 'self';" in policy  # no script has to fetch it


def test_a_stream_may_be_fetched_from_its_server_alone(
    client: FlaskClient, cinema: Any, pictures: Any, add_film: Callable[..., str]
) -> None:
    where: dict[str, str] = {"url": "https://films.example.org/7", "media_type": "application/vnd.apple.mpegurl"}
    answer = client.get(f"/videos/{add_film(cinema.workspace, pictures, 'Stream', **where)}")
    policy = answer.headers["Content-Security-Policy"]
    assert "connect-src 'self' https://films.example.org; media-src 'self' blob: https://films.example.org" in policy
    assert "worker-src" not in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize(
    ("form", "marked"),
    [
        ({"mark": "positive:SHOT"}, {1.0: 1, 5.0: 1}),
        ({"mark": "negative:FRAME"}, {9.0: -1}),
        ({"mark": "unsure:", "start": "0:00:14", "end": "22,5"}, {15.0: 0, 21.0: 0}),
        ({"mark": "positive:", "start": "27", "end": "28"}, {30.0: 1}),
    ],
)
def test_marks_from_forms(post: Post, cinema: Any, form: dict[str, str], marked: dict[float, int]) -> None:
    shot = next(one.id for one in cinema.workspace.record_items(cinema.record) if one.kind == "shot")
    named = {name: value.replace("SHOT", shot).replace("FRAME", cinema.frame(9.0)) for name, value in form.items()}
    next_ = f"/videos/{cinema.record}?class={cinema.class_id}"
    answer = post(f"/videos/{cinema.record}/marks", **{"class": cinema.class_id, "next": next_}, **named)
    assert (answer.status_code, answer.headers["Location"]) == (303, next_)
    assert cinema.marks() == marked


@pytest.mark.parametrize(
    "form",
    [
        {"mark": "positive"},
        {"mark": "great:x"},
        {"mark": "positive:", "start": "later", "end": "9"},
        {"mark": "positive:", "start": "9", "end": "2"},
        {"mark": "positive:", "start": "-1", "end": "2"},
        {"mark": "positive:nothing"},
    ],
)
def test_wrong_marks_are_refused(post: Post, cinema: Any, form: dict[str, str]) -> None:
    answer = post(f"/videos/{cinema.record}/marks", **{"class": cinema.class_id}, **form)
    assert answer.status_code == 400
    assert cinema.marks() == {}


def test_addresses_lead_to_the_film_and_its_moments(client: FlaskClient, cinema: Any) -> None:
    frame, film = cinema.frame(9.0), f"/videos/{cinema.record}"
    assert client.get(f"/items/{frame}?class=x").headers["Location"] == f"{film}?item={frame}&class=x"
    assert client.get(f"/records/{cinema.record}").headers["Location"] == film
    closely = client.get(f"/records/{cinema.record}?item={frame}")
    assert (closely.status_code, film in closely.text) == (200, True)
    found = client.get(f"/?item={frame}&collection=films").text
    assert f"{film}?item={frame}" in found
    assert 'data-time="0:00:09' in found


def test_a_link_to_a_moment_leads_back_to_it(client: FlaskClient, cinema: Any) -> None:
    page = client.get(f"/videos/{cinema.record}?t=0:00:09.5").text
    link = re.search(r'href="(/open[^"]+)"', page)
    assert link
    there = client.get(link[1], follow_redirects=True)
    assert there.request.path == f"/videos/{cinema.record}"
    assert there.request.args["t"] == "9.5"
    assert 'aria-valuenow="9.5"' in there.text


@pytest.mark.parametrize("asked", ["t=later", "t=-3", "t=1e999"])
def test_moments_that_are_none(client: FlaskClient, cinema: Any, asked: str) -> None:
    assert client.get(f"/videos/{cinema.record}?{asked}").status_code == 400


@pytest.mark.parametrize("asked", ["t=99999", "item=nothing", "range=lots", "range=0", "range=99999999999999"])
def test_moments_outside_are_the_nearest(client: FlaskClient, cinema: Any, asked: str) -> None:
    assert client.get(f"/videos/{cinema.record}?{asked}").status_code == 200


def test_a_document_without_a_film(client: FlaskClient, cinema: Any) -> None:
    pages = cinema.workspace.records("drawn")[0].id
    assert client.get(f"/videos/{pages}").status_code == 404
    assert client.get("/videos/nothing").status_code == 404


def test_programs_read_and_mark_films(client: FlaskClient, cinema: Any) -> None:
    path = f"/api/v1/videos/{cinema.record}"
    told: Any = client.get(f"{path}?class_name={cinema.class_id}").json
    assert (told["duration"], told["playing"], len(told["shots"])) == (40.0, "here", 4)
    assert told["shots"][0]["keyframes"][1]["at"] == 5.0
    assert told["segments"][0]["status"] == "accepted"
    body = {"visual_class": cinema.class_id, "value": 1, "span": [0, 6], "op_id": "a"}
    answer: Any = client.post(f"{path}/marks", json=body).json
    assert answer["keyframes"] == [cinema.frame(1.0), cinema.frame(5.0)]
    assert client.post(f"{path}/marks", json=body).status_code == 200
    assert cinema.marks() == {1.0: 1, 5.0: 1}
    assert client.post(f"{path}/marks", json={**body, "span": [0, 99]}).status_code == 400
    assert client.post(f"{path}/marks", json={**body, "value": 7}).status_code == 400
