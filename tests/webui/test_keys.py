"""Programs that use the REST API with a key: in the name of its holder, within its scopes, by header only."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient

from snoop_flow import Workspace

PASSWORD = "correct horse battery"
CLASSES = "/api/v1/classes"


@pytest.fixture
def locked(archive: Workspace) -> Workspace:
    """A workspace in which people log in: an administrator, the curator Ada and the viewer Vera."""
    archive.set_password("curator", PASSWORD)
    archive.add_user("ada", "Ada Lovelace", role="curator")
    archive.add_user("vera", "Vera", role="viewer")
    return archive


def _key(workspace: Workspace, login: str, scopes: Sequence[str] = ("api:read", "api:write")) -> dict[str, str]:
    return {"Authorization": f"Bearer {workspace.add_key('tests', login=login, scopes=scopes)[1]}"}


def test_a_program_teaches_a_class_in_the_name_of_its_holder(client: FlaskClient, locked: Workspace) -> None:
    assert client.get(CLASSES).status_code == 401
    ada = _key(locked, "ada")
    made = client.post(CLASSES, json={"name": "Discs"}, headers=ada)
    assert made.status_code == 201
    assert [one["owner"] for one in client.get(CLASSES, headers=ada).get_json()["classes"]] == ["Ada Lovelace"]
    assert client.get(f"{CLASSES}/{made.get_json()['id']}", headers=_key(locked, "vera")).status_code == 404  # private
    # also where nobody has to log in, what a key does is done by its holder
    assert [event.user for event, _ in locked.audit_log(name="class.created")] == [
        one.id for one in locked.users() if one.login == "ada"
    ]


def test_a_key_opens_its_scopes_and_no_more_than_its_holder_may(client: FlaskClient, locked: Workspace) -> None:
    reader = _key(locked, "ada", ["api:read"])
    assert client.get("/api/v1/status", headers=reader).status_code == 200
    assert client.post("/api/v1/search", json={"text": "discs"}, headers=reader).status_code == 200
    refused = client.post(CLASSES, json={"name": "X"}, headers=reader)
    assert refused.status_code == 401
    assert "api:write" in refused.get_json()["error"]
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.get(CLASSES, headers=_key(locked, "ada", ["annotations:read"])).status_code == 401
    assert client.post(CLASSES, json={"name": "X"}, headers=_key(locked, "vera")).status_code == 403
    jobs = client.post("/api/v1/jobs", json={"kind": "harvest", "parameters": {}}, headers=_key(locked, "ada"))
    assert jobs.status_code == 403  # administrators harvest
    key, token = locked.add_key("gone", login="ada", scopes=["api:read"])
    locked.revoke_key(key.id)
    assert client.get(CLASSES, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_key_opens_no_page_and_nothing_else_than_the_header_carries_it(
    client: FlaskClient, locked: Workspace
) -> None:
    ada = _key(locked, "ada")
    assert client.get("/classes", headers=ada).status_code == 303  # to the login
    token = ada["Authorization"].partition(" ")[2]
    assert client.get(f"{CLASSES}?key={token}").status_code == 401
    assert client.get(f"{CLASSES}?access_token={token}").status_code == 401


def test_a_wrong_key_is_not_made_good_by_a_cookie(client: FlaskClient, locked: Workspace) -> None:
    csrf = client.get("/session").get_json()["token"]
    client.post("/login", data={"csrf_token": csrf, "login": "curator", "password": PASSWORD})
    assert client.get(CLASSES).status_code == 200
    wrong = {"Authorization": "Bearer sf_guessed"}
    assert client.get(CLASSES, headers=wrong).status_code == 401
    # nor does a header that another site cannot send let a change through without the session's token
    assert client.post(CLASSES, json={"name": "X"}, headers=wrong).status_code == 401
    assert client.post(CLASSES, json={"name": "X"}).status_code == 403


def test_without_logins_a_key_still_says_who_acts(client: FlaskClient, archive: Workspace) -> None:
    archive.add_user("ada", "Ada Lovelace", role="curator")
    assert client.post(CLASSES, json={"name": "Discs"}, headers=_key(archive, "ada")).status_code == 201
    assert archive.classes()[0].owner == "Ada Lovelace"
    assert client.get(CLASSES, headers={"Authorization": "Bearer sf_guessed"}).status_code == 401
