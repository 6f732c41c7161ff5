"""The card of a class on its page, Discover, following, and what the engine says, in French."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from snoop_flow import SnoopError, Workspace
from snoop_flow.entities import Role
from snoop_flow.store.schema import institution, user
from snoop_webui.application import create_app

Items = Callable[[str], list[str]]
Post = Callable[..., TestResponse]
FRENCH = {"Accept-Language": "fr"}
PASSWORD = "correct horse battery"


@pytest.fixture
def taught(archive: Workspace, items_of: Items) -> str:
    """Id of a class that everybody sees."""
    made = archive.create_class("Discs", positives=items_of("discs")[:4], visibility="public")
    archive.mark(made.id, dict.fromkeys(items_of("frames")[:4], -1), op_id="first")
    archive.fit(made.id)
    return made.id


def _plain(text: str) -> str:
    return html.unescape(text).replace("\u202f", " ").replace("\u00a0", " ")


def test_editors_write_a_card_and_everybody_reads_it(
    post: Post, client: FlaskClient, archive: Workspace, taught: str
) -> None:
    here = f"/classes/{taught}"
    page = client.get(here).text
    assert "nothing said" in page
    assert "Counter-examples:" in page
    said = {"intended_use": "Round <b>things</b>", "limits": "Ovals.\nAnd rings."}
    assert post(f"{here}/card", licence="CC-BY-SA-4.0", licence_address="", **said).location == f"{here}#card"
    page = client.get(here).text
    assert 'href="https://creativecommons.org/licenses/by-sa/4.0/" rel="license' in page
    assert "Round &lt;b&gt;things&lt;/b&gt;" in page
    assert "“Discs”, visual class, version 1" in html.unescape(page)
    assert "« Discs », classe visuelle, version 1" in _plain(client.get(here, headers=FRENCH).text)
    post(f"{here}/card", licence="", licence_address="https://rightsstatements.org/vocab/InC/1.0/", **said)
    assert archive.class_summary(taught).visual_class.licence == "https://rightsstatements.org/vocab/InC/1.0/"
    refused = post(f"{here}/card", licence="nothing", **said)
    assert (refused.status_code, "give its address" in refused.text) == (400, True)


def test_programs_read_and_write_a_card(client: FlaskClient, taught: str) -> None:
    path = f"/api/v1/classes/{taught}"
    assert client.patch(path, json={"licence": "cc0-1.0", "limits": "Ovals."}).get_json()["licence"] == "CC0-1.0"
    card = client.get(f"{path}/card").get_json()
    assert (card["licence"]["id"], card["limits"]) == ("CC0-1.0", "Ovals.")
    assert card["audit"] is None
    assert card["answers_needed"] == 30
    assert card["corpora"] == [{"slug": "drawn", "title": "pictures", "positives": 4, "negatives": 4, "unsure": 0}]
    assert client.patch(path, json={"licence": "mine"}).status_code == 400
    assert client.get("/api/v1/classes/none/card").status_code == 404


def _logged_in(archive: Workspace, login: str) -> tuple[FlaskClient, str]:
    """A browser in which somebody logged in, and the token of its forms."""
    client = create_app(archive).test_client()
    answer = client.post("/login", data={"login": login, "password": PASSWORD, "csrf_token": _token(client, "/login")})
    assert answer.status_code == 303
    return client, _token(client, "/preferences")


def _token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def test_who_only_reads_or_is_of_another_institution_cannot_write_it(archive: Workspace, taught: str) -> None:
    archive.set_password("curator", PASSWORD)
    for login, role in (("viewer", Role.VIEWER), ("ada", Role.CURATOR), ("eve", Role.CURATOR)):
        archive.add_user(login, role=role)
        archive.set_password(login, PASSWORD)
    with archive.catalogue.write() as connection:
        connection.execute(institution.insert().values(id="museum", name="Museum"))
        connection.execute(user.update().where(user.c.login == "eve").values(institution_id="museum"))
    seen: dict[str, tuple[bool, int]] = {}
    for login in ("viewer", "eve", "ada"):
        client, token = _logged_in(archive, login)
        page = client.get(f"/classes/{taught}").text
        assert "Known limits" in page
        form = {"licence": "", "intended_use": login, "limits": "", "csrf_token": token}
        seen[login] = ("Write the card" in page, client.post(f"/classes/{taught}/card", data=form).status_code)
    assert seen == {"viewer": (False, 403), "eve": (False, 403), "ada": (True, 303)}
    assert archive.class_card(taught).intended_use == "ada"
    client, token = _logged_in(archive, "eve")
    client.post(f"/classes/{taught}/fork", data={"name": "Of eve", "csrf_token": token})
    archive.update_class("Of eve", visibility="public")
    page = client.get("/discover").text
    assert "<option>Museum</option>" in page
    assert page.count('<li class="card">') == 2
    assert client.get("/discover?institution=Museum").text.count('<li class="card">') == 1


def test_news_of_a_followed_class_are_on_the_home_page_until_seen(
    post: Post, client: FlaskClient, archive: Workspace, taught: str
) -> None:
    assert post(f"/classes/{taught}/follow").location == "/discover"
    assert "Stop following" in client.get("/discover").text
    assert "News of Discs" not in client.get("/home").text
    archive.fit(taught)
    assert "News of Discs" in client.get("/home").text
    assert client.get("/api/v1/followed").get_json()["followed"][0]["version"] == 2
    client.get(f"/classes/{taught}")
    assert "News of Discs" not in client.get("/home").text
    post(f"/classes/{taught}/follow", stop="1")
    assert archive.followed_classes() == []
    path = f"/api/v1/classes/{taught}/follow"
    program = create_app(archive).test_client()
    assert program.put(path, json={}).get_json()["seen_version"] == 2
    assert program.delete(path).status_code == 200
    assert archive.followed_classes() == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/classes/none", "il n’y a pas de classe 'none' ; il y a : Discs"),
        ("/?collection=nowhere", "il n’y a pas de collection 'nowhere' ; il y a : drawn"),
        ("/?count=many", "doit être un nombre"),
        ("/?image=0", "l’image de cette recherche n’est plus gardée ; envoyez-la de nouveau"),
        ("/?item=unknown", "il n’y a pas d’image 'unknown' dans cet espace de travail"),
        ("/jobs/none", "il n’y a pas de tâche 'none' dans cet espace de travail"),
    ],
)
def test_errors_are_told_in_french(client: FlaskClient, taught: str, path: str, said: str) -> None:
    assert said in _plain(client.get(path, headers=FRENCH).text)


def test_programs_read_errors_in_the_language_that_they_ask_for(client: FlaskClient, taught: str) -> None:
    def answer(language: str) -> Any:
        headers = {"Accept-Language": language} if language else {}
        return client.get("/api/v1/classes/none", headers=headers).get_json()

    french = answer("fr")
    assert french["error"].startswith("il n’y a pas de classe")
    assert french["errors"] == [french["error"]]
    english = "there is no class 'none'; classes are: Discs"
    assert [answer(language)["error"] for language in ("", "en", "de")] == [english] * 3


def test_why_a_job_failed_is_told_in_french(client: FlaskClient, archive: Workspace) -> None:
    with pytest.raises(SnoopError, match="no source can read this"):
        archive.harvest(["/nowhere/at/all"], collection="more")
    job = archive.jobs(1)[0]
    page = _plain(client.get(f"/jobs/{job.id}", headers=FRENCH).text)
    assert "/nowhere/at/all : aucune source ne sait lire cela" in page
    assert job.error.startswith("/nowhere/at/all: no source can read this")


def test_formats_are_named_by_the_plugins_that_write_them(client: FlaskClient, archive: Workspace, taught: str) -> None:
    archive.enrich([taught])
    archive.publish([taught], policy="all")
    english, french = (
        _plain(client.get(f"/classes/{taught}/publish", headers={"Accept-Language": code}).text)
        for code in ("en", "fr")
    )
    assert ">IIIF 2</a>" in english
    assert "A table for programs, with commas" in english
    assert "Une table pour les programmes, avec des virgules" in french
