"""The Web Annotation Protocol, as a client of another site meets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from snoop_flow import Workspace
from snoop_flow.annotating import containers

Items = Callable[[str], list[str]]
Errors = Callable[[Mapping[str, Any]], list[str]]
HOST = "http://localhost:8710"
NOTE = {
    "@context": "http://www.w3.org/ns/anno.jsonld",
    "type": "Annotation",
    "body": {
        "type": "TextualBody",
        "value": "<script>alert(1)</script> \u0634\u0639\u0627\u0631",
        "format": "text/plain",
    },
    "target": "https://example.org/canvas/1",
}


@pytest.fixture
def discs(archive: Workspace, items_of: Items) -> str:
    """A published class: id; its 12 pictures are annotated, one of them judged by a person."""
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.update_class(made.id, labels={"en": ["Discs"], "fr": ["Disques étranges"]}, visibility="public")
    archive.fit(made.id)
    archive.enrich([made.id])
    archive.review(made.id, accept=items_of("discs")[:1])
    archive.publish([made.id], policy="all")
    return made.id


@pytest.fixture
def key(archive: Workspace) -> dict[str, str]:
    return {"Authorization": f"Bearer {archive.add_key('tests')[1]}"}


def _path(uri: str) -> str:
    return uri.removeprefix(HOST)


def test_a_container_says_what_it_is(client: FlaskClient, discs: str) -> None:
    response = client.get(f"/annotations/classes/{discs}/")
    found = response.get_json()
    assert found["type"] == ["BasicContainer", "AnnotationCollection"]
    assert found["id"] == f"{HOST}/annotations/classes/{discs}/?iris=0"
    assert '<http://www.w3.org/ns/ldp#BasicContainer>; rel="type"' in response.headers.getlist("Link")
    assert "annotation-protocol" in response.headers.getlist("Link")[1]
    assert "POST" in response.headers["Allow"]
    assert "application/ld+json" in response.headers["Accept-Post"]
    assert response.headers["Vary"].startswith("Accept, Prefer")
    assert client.get(response.request.path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    asked = client.options(f"/annotations/classes/{discs}/")
    assert (asked.status_code, asked.headers["Accept-Post"]) == (204, response.headers["Accept-Post"])
    assert "Slug" in asked.headers["Access-Control-Allow-Headers"]
    assert "DELETE" in asked.headers["Access-Control-Allow-Methods"]
    assert {"ETag", "Location"} <= set(asked.headers["Access-Control-Expose-Headers"].split(", "))


@pytest.mark.parametrize(
    ("preferred", "first"), [("oa#PreferContainedIRIs", str), ("oa#PreferContainedDescriptions", dict)]
)
def test_clients_prefer(client: FlaskClient, discs: str, preferred: str, first: type) -> None:
    prefer = f'return=representation;include="http://www.w3.org/ns/{preferred}"'
    response = client.get(f"/annotations/classes/{discs}/", headers={"Prefer": prefer})
    assert all(isinstance(one, first) for one in response.get_json()["first"]["items"])
    assert response.headers["Preference-Applied"] == "return=representation"
    assert _path(response.headers["Content-Location"]).endswith(f"iris={int(first is str)}")
    minimal = 'return=representation;include="http://www.w3.org/ns/ldp#PreferMinimalContainer"'
    assert isinstance(
        client.get(f"/annotations/classes/{discs}/", headers={"Prefer": minimal}).get_json()["first"], str
    )


@pytest.mark.parametrize("where", ["", "classes/{discs}/", "collections/drawn/"])
def test_pages_hold_everything_once(
    client: FlaskClient, discs: str, where: str, monkeypatch: pytest.MonkeyPatch, w3c_errors: Errors
) -> None:
    monkeypatch.setattr(containers, "PAGE", 5)
    path = f"/annotations/{where.format(discs=discs)}"
    total = client.get(path).get_json()["total"]
    seen: list[str] = []
    address = _path(client.get(f"{path}?page=0&iris=0").get_json()["id"])
    while address:
        page = client.get(address).get_json()
        assert w3c_errors(page) == []
        assert page["partOf"]["total"] == total
        assert page["startIndex"] == len(seen)
        seen += [one["id"] for one in page["items"]]
        address = _path(page.get("next", ""))
    assert len(set(seen)) == len(seen) == total >= 10
    assert seen == sorted(seen)
    judged = [one for one in seen if one.endswith("/assessment")]
    assert 0 < len(judged) < total / 2
    assert {one.removesuffix("/assessment") for one in judged} <= set(seen)
    lines = [json.loads(line) for line in client.get(f"{path}bulk").text.splitlines()]
    assert [one["id"] for one in lines] == seen
    assert client.get(f"{path}?page=99").status_code == 404
    assert client.get(f"{path}?page=x").status_code == 400


def _written(client: FlaskClient, key: Mapping[str, str], slug: str = "note", **changes: Any) -> TestResponse:
    body = json.dumps({**NOTE, **changes})
    headers = {**key, "Slug": slug, "Content-Type": "application/ld+json"}
    return client.post("/annotations/collections/drawn/", data=body, headers=headers)


def test_write_replace_remove(client: FlaskClient, key: dict[str, str], w3c_errors: Errors) -> None:
    made = _written(client, key, id="https://elsewhere.example.org/7")
    assert (made.status_code, made.location) == (201, f"{HOST}/annotations/received/note")
    assert made.get_json()["via"] == "https://elsewhere.example.org/7"
    assert w3c_errors(made.get_json()) == []
    assert _written(client, key).location.startswith(f"{HOST}/annotations/received/note-")
    here, etag = _path(made.location), made.headers["ETag"]
    assert client.get(here).headers["ETag"] == etag
    assert client.get(here).get_json()["body"] == NOTE["body"]
    changed = {**made.get_json(), "body": {"type": "TextualBody", "value": "other"}}
    assert client.put(here, json=changed, headers=key).status_code == 428
    assert client.put(here, json=changed, headers={**key, "If-Match": '"old"'}).status_code == 412
    done = client.put(here, json=changed, headers={**key, "If-Match": etag})
    assert (done.status_code, done.get_json()["body"]["value"]) == (200, "other")
    assert done.get_json()["created"] == made.get_json()["created"]
    assert client.put(here, json={**changed, "id": "http://x"}, headers={**key, "If-Match": "*"}).status_code == 400
    assert client.delete(here, headers={**key, "If-Match": etag}).status_code == 412
    assert client.delete(here, headers={**key, "If-Match": done.headers["ETag"]}).status_code == 204
    gone = client.get(here)
    assert (gone.status_code, "removed" in gone.get_json()["error"]) == (410, True)
    assert client.put(here, json=changed, headers={**key, "If-Match": "*"}).status_code == 410
    assert client.get("/annotations/collections/drawn/").get_json()["total"] == 1


def test_writing_needs_a_key(client: FlaskClient, archive: Workspace, key: dict[str, str], discs: str) -> None:
    refused = _written(client, {})
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="snoop-flow"')
    assert _written(client, {"Authorization": "Bearer sf_wrong"}).status_code == 401
    reader = archive.add_key("reader", scopes=["annotations:read"])[1]
    assert _written(client, {"Authorization": f"Bearer {reader}"}).status_code == 401
    archive.add_user("vera", role="viewer")
    viewer = archive.add_key("viewer", login="vera")[1]
    assert _written(client, {"Authorization": f"Bearer {viewer}"}).status_code == 403
    # a browser that is sent here by another site: its origin does not matter, for it has to show the key
    assert _written(client, {**key, "Origin": "https://viewer.example.org"}).status_code == 201
    archive.revoke_key(archive.list_keys()[0][0].id)
    assert _written(client, key).status_code == 401
    published = _path(client.get(f"/annotations/classes/{discs}/?page=0").get_json()["items"][0]["id"])
    assert client.delete(published).status_code == 405
    assert client.delete(published).headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("no", 400),
        ('{"type": "Note", "target": "x"}', 400),
        ('{"type": "Annotation"}', 400),
        ('["x"]', 400),
        ('{"type": "Annotation", "target": "' + "x" * 300_000 + '"}', 400),
    ],
)
def test_what_is_no_annotation(client: FlaskClient, key: dict[str, str], body: str, status: int) -> None:
    headers = {**key, "Content-Type": "application/json"}
    assert client.post("/annotations/", data=body, headers=headers).status_code == status
    assert client.post("/annotations/", data=body, headers={**key, "Content-Type": "text/turtle"}).status_code == 415
    assert client.post("/annotations/classes/none/", json=NOTE, headers=key).status_code == 404


def test_bulk_writes_all_or_none(client: FlaskClient, key: dict[str, str]) -> None:
    page = {
        "@context": NOTE["@context"],
        "type": "AnnotationPage",
        "items": [{**NOTE, "id": f"urn:{n}"} for n in range(300)],
    }
    made = client.post("/annotations/collections/drawn/bulk", json=page, headers=key)
    assert (made.status_code, made.get_json()["total"]) == (201, 300)
    assert client.get(_path(made.get_json()["items"][7]["id"])).get_json()["via"] == "urn:7"
    bad = client.post("/annotations/collections/drawn/bulk", json=[NOTE, {"type": "Annotation"}], headers=key)
    assert (bad.status_code, "annotation 2" in bad.get_json()["error"]) == (400, True)
    assert client.get("/annotations/collections/drawn/").get_json()["total"] == 300
    lines = "\n".join(json.dumps(NOTE) for _ in range(3))
    headers = {**key, "Content-Type": "application/x-ndjson"}
    assert client.post("/annotations/bulk", data=lines, headers=headers).get_json()["total"] == 3


def test_reading_with_a_key_where_the_setting_says_so(
    archive: Workspace, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from snoop_webui.application import create_app

    archive.set_password("curator", "a long pass phrase")
    monkeypatch.setenv("SNOOP_FLOW_READING", "key")
    with Workspace.open(archive.folder) as closed:
        client = create_app(closed).test_client()
        for path in ("/annotations/", "/iiif/changes", "/iiif/search?q=x"):
            assert client.get(path).status_code == 401
            assert client.get(path, headers=key).status_code == 200
        assert client.options("/annotations/").status_code == 204
        assert client.get("/ns/snoop-flow.json").status_code == 200


def test_why_an_annotation_is_there(client: FlaskClient, archive: Workspace, discs: str, items_of: Items) -> None:
    uri = archive.annotation_page(items_of("discs")[0])["items"][0]["id"]
    found = client.get(f"/annotations/why/{uri.split('/annotations/')[1]}").get_json()
    assert found["class"]["name"] == "Discs"
    assert (found["model"]["positives"], found["marked"], found["verdict"]) == (3, "positive", "accepted")
    assert set(found["examples"]) == set(items_of("discs")[:3])
    assert found["score"] >= found["model"]["threshold"]
    assert found["run"].startswith(f"{HOST}/jobs/")
