"""Logging in, roles on every change, private classes, and the log of who did what."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from snoop_flow import Workspace
from snoop_flow.errors import ConflictError, ForbiddenError, UsageError
from snoop_flow.people.accounts import TRIES
from snoop_flow.store.schema import login_session, user

PASSWORD = "correct horse battery"
Items = Callable[[str], list[str]]


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, app: Flask, login: str = "", password: str = PASSWORD) -> None:
        self.client: FlaskClient = app.test_client()
        self.answer = self.post("/login", login=login, password=password) if login else None

    def token(self) -> str:
        return str(self.client.get("/session").get_json()["token"])

    def post(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **form})

    def send(self, path: str, body: object) -> TestResponse:
        return self.client.post(path, json=body, headers={"X-CSRF-Token": self.token()})


@pytest.fixture
def people(archive: Workspace) -> Workspace:
    """One person of each role beside the local administrator, all with the same password."""
    archive.set_password("curator", PASSWORD)
    for login, role in (("vera", "viewer"), ("ada", "curator"), ("ben", "curator"), ("pia", "publisher")):
        archive.add_user(login, login.title(), role=role)
        archive.set_password(login, PASSWORD)
    return archive


def test_nobody_logs_in_until_somebody_has_a_password(app: Flask, archive: Workspace) -> None:
    alone = Person(app)
    assert alone.client.get("/admin").status_code == 200
    archive.set_password("curator", PASSWORD)
    for path in ("/", "/classes", "/admin", "/home"):
        answer = alone.client.get(path)
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/login")
    assert alone.client.get("/api/v1/classes").status_code == 401
    assert alone.client.get("/healthz").status_code == 200
    assert alone.send("/api/v1/classes", {"name": "X"}).status_code == 401


def test_the_first_password_is_an_administrators(archive: Workspace) -> None:
    archive.add_user("ada")
    with pytest.raises(UsageError, match="administrator a password first"):
        archive.set_password("ada", PASSWORD)
    with pytest.raises(UsageError, match="at least 10"):
        archive.set_password("curator", "short")
    assert not archive.login_needed()


def test_passwords_and_tokens_are_kept_as_hashes(app: Flask, people: Workspace) -> None:
    person = Person(app, "ada")
    with people.catalogue.read() as connection:
        hashes = (
            set(connection.execute(user.select()).mappings().all()[0].keys()),
            [row.password_hash for row in connection.execute(user.select())],
        )
        sessions = [row.id for row in connection.execute(login_session.select())]
    assert all(one.startswith("$argon2id$") for one in hashes[1])
    with person.client.session_transaction() as session:
        token = session["login"]
    assert token not in sessions
    assert people.session_user(token) is not None


def test_login_goes_on_to_where_one_wanted_and_never_elsewhere(app: Flask, people: Workspace) -> None:
    person = Person(app)
    answer = person.post("/login", login="ada", password=PASSWORD, next="/classes")
    assert (answer.status_code, answer.location) == (303, "/classes")
    other = Person(app)
    assert other.post("/login", login="ada", password=PASSWORD, next="//evil.example").location == "/"
    page = Person(app).post("/login", login="ada", password="wrong password")
    assert page.status_code == 403
    assert "do not fit" in page.text
    assert PASSWORD not in page.text


def test_a_new_session_and_a_new_token_after_the_login(app: Flask, people: Workspace) -> None:
    person = Person(app)
    before = person.token()
    person.post("/login", login="ada", password=PASSWORD)
    assert person.token() != before
    assert person.client.get("/classes").status_code == 200
    person.post("/logout")
    assert person.client.get("/classes").status_code == 303


def test_guessing_is_stopped_for_known_and_unknown_logins_alike(people: Workspace) -> None:
    for login in ("ada", "nobody"):
        for _ in range(TRIES):
            with pytest.raises(ForbiddenError, match="do not fit"):
                people.log_in(login, "wrong password")
        with pytest.raises(ForbiddenError, match="too many"):
            people.log_in(login, PASSWORD)


CHANGES = {  # address → the least role
    "/classes": "curator",
    "/enrichment": "curator",
    "/classes/{class}/marks": "curator",
    "/classes/{class}/fit": "curator",
    "/classes/{class}/range": "curator",
    "/classes/{class}/review": "curator",
    "/classes/{class}/audit": "curator",
    "/classes/{class}/publish": "publisher",
    "/sources": "administrator",
    "/sources/analyse": "administrator",
    "/sources/embed": "administrator",
    "/admin/users": "administrator",
    "/admin/users/ada": "administrator",
}
RANKS = {"vera": 0, "ada": 1, "pia": 2, "curator": 3}
ROLES = ("viewer", "curator", "publisher", "administrator")


@pytest.mark.parametrize("login", list(RANKS))
def test_every_change_needs_its_role(app: Flask, people: Workspace, items_of: Items, login: str) -> None:
    made = people.create_class("Discs", positives=items_of("discs")[:3], visibility="institution")
    people.fit(made.id)
    person = Person(app, login)
    for path, role in CHANGES.items():
        allowed = RANKS[login] >= ROLES.index(role)
        status = person.post(path.replace("{class}", made.id)).status_code
        assert (status != 403) is allowed, (path, status)
    for kind, role in (("enrich", "curator"), ("publish", "publisher"), ("harvest", "administrator")):
        answer = person.send("/api/v1/jobs", {"kind": kind, "parameters": {"names": ["absent"]}})
        assert (answer.status_code != 403) is (RANKS[login] >= ROLES.index(role)), kind
    assert person.client.get("/admin").status_code == (200 if login == "curator" else 403)


def test_private_classes_are_seen_by_their_owner_alone(app: Flask, people: Workspace, items_of: Items) -> None:
    ada, ben = Person(app, "ada"), Person(app, "ben")
    ada.post("/classes", name="Secret seals", item=items_of("discs")[0])
    made = people.classes()[0].visual_class
    assert people.classes()[0].owner == "Ada"
    for path in (f"/classes/{made.id}", f"/?class={made.id}", f"/?by={made.id}", f"/api/v1/classes/{made.id}/marks"):
        assert ada.client.get(path).status_code == 200
        assert ben.client.get(path).status_code == 404, path
    for page in ("/classes", "/home", "/discover", "/jobs", "/enrichment", "/?by=nothing"):
        assert "Secret seals" not in ben.client.get(page).text, page
    assert ben.send("/api/v1/jobs", {"kind": "enrich", "parameters": {"names": [made.id]}}).status_code == 404
    ada.post(f"/classes/{made.id}", name="Secret seals", visibility="institution")
    assert "Secret seals" in ben.client.get("/discover").text
    ben.send(f"/api/v1/classes/{made.id}/marks", {"operations": [{"values": {items_of("frames")[0]: -1}}]})
    assert [entry.user for entry in people.mark_history(made.id)] == ["Ben", "Ada"]


def test_two_people_who_disagree_are_told_of_each_other(app: Flask, people: Workspace, items_of: Items) -> None:
    made = people.create_class("Discs", positives=items_of("discs")[:2], visibility="institution", user="ben")
    answer = Person(app, "ada").send(
        f"/api/v1/classes/{made.id}/marks", {"operations": [{"values": {items_of("discs")[0]: -1}}]}
    )
    assert answer.get_json()["conflicts"] == [{"item": items_of("discs")[0], "user": "Ben", "value": 1}]
    assert len(people.mark_history(made.id)) == 2


def test_who_is_shut_out_is_out_at_once_and_the_last_administrator_stays(app: Flask, people: Workspace) -> None:
    ada, admin = Person(app, "ada"), Person(app, "curator")
    assert ada.client.get("/classes").status_code == 200
    admin.post("/admin/users/ada", disabled="1")
    assert ada.client.get("/classes").status_code == 303
    with pytest.raises(ForbiddenError):
        people.log_in("ada", PASSWORD)
    with pytest.raises(ConflictError, match="only administrator"):
        people.change_user("curator", role="viewer")
    with pytest.raises(ConflictError, match="only administrator"):
        people.change_user("curator", disabled=True)
    assert people.users()[2].role == "administrator"


def test_the_log_tells_who_did_what(app: Flask, people: Workspace, items_of: Items) -> None:
    ada = Person(app, "ada")
    ada.post("/classes", name="Seals", item=items_of("discs")[0])
    assert ("class.created", "Ada") in [(event.name, who) for event, who in people.audit_log()]
    page = Person(app, "curator").client.get("/admin?kind=class.").text
    assert "class created" in page
    assert "logged in</td>" not in page


def test_one_changes_ones_password_and_stays_logged_in(app: Flask, people: Workspace) -> None:
    ada, elsewhere = Person(app, "ada"), Person(app, "ada")
    new = "another long password"
    assert ada.post("/preferences/password", present="wrong", password=new, again=new).status_code == 403
    assert ada.post("/preferences/password", present=PASSWORD, password=new, again="x").status_code == 400
    assert ada.post("/preferences/password", present=PASSWORD, password=new, again=new).status_code == 303
    assert ada.client.get("/classes").status_code == 200
    assert elsewhere.client.get("/classes").status_code == 303
    assert people.log_in("ada", new)


def test_keys_are_each_persons_own_and_never_given_twice(app: Flask, people: Workspace) -> None:
    ada, ben = Person(app, "ada"), Person(app, "ben")
    assert ada.post("/preferences/keys", positive="J").status_code == 303
    assert re.search(r'id="keymap">{[^}]*"positive": "j"', ada.client.get("/").text)
    assert re.search(r'id="keymap">{[^}]*"positive": "p"', ben.client.get("/").text)
    twice = ada.post("/preferences/keys", positive="x")
    assert twice.status_code == 400
    assert "choose another one" in twice.text
    assert ada.post("/preferences/keys", positive="no").status_code == 400
    ada.post("/preferences/keys", usual="1")
    assert re.search(r'id="keymap">{[^}]*"positive": "p"', ada.client.get("/").text)


def test_published_things_and_images_stay_open_to_viewers_anywhere(app: Flask, people: Workspace) -> None:
    record = people.records("drawn")[0]
    assert app.test_client().get(f"/iiif/manifests/{record.id}").status_code in (200, 404)
    assert app.test_client().get("/ns/snoop-flow.json").status_code == 200
    assert re.search(r'name="user" content=""', app.test_client().get("/login").text)


def test_the_log_is_told_in_the_language_of_its_reader(
    client: FlaskClient, archive: Workspace, items_of: Items
) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.mark(made.id, dict.fromkeys(items_of("frames")[:2], -1), op_id="no")
    archive.fit(made.id)
    archive.enrich([made.id])
    archive.review(made.id, accept=[archive.predictions(made.id, status="proposed")[0].item])
    archive.add_user("vera", "Vera", role="viewer")
    archive.change_user("vera", disabled=True)
    archive.add_key("figures", login="vera", scopes=["api:read"])
    told = {
        "en": (
            "version 1, positives 3, negatives 2",
            "<small>accepted 1</small>",
            "viewer",
            "shut out",
            "key made",
            "scored 36",
        ),
        "fr": (
            "version 1, positifs 3, négatifs 2",
            "<small>acceptées 1</small>",
            "lecteur",
            "exclu",
            "clé créée",
            "évaluées 36",
        ),
    }
    for language, words in told.items():
        page = client.get("/admin", headers={"Accept-Language": language}).text
        log = page[page.index('id="log"') :]
        for one in words:
            assert one in log, one
        assert "{" not in log
        assert "None" not in log
    assert "clés de programmes" in client.get("/admin?kind=key.", headers={"Accept-Language": "fr"}).text
