"""How annotations are found: Content Search 2, Change Discovery, manifests that link them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from snoop_flow import Workspace
from snoop_flow.annotating import changes, finding

Items = Callable[[str], list[str]]
Errors = Callable[[Mapping[str, Any]], list[str]]
HOST = "http://localhost:8710"


def _manifest(annotation: Mapping[str, Any]) -> str:
    return str(annotation["target"]["partOf"][0]["id"])


@pytest.fixture
def discs(archive: Workspace, items_of: Items) -> str:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.update_class(made.id, labels={"en": ["Discs"], "fr": ["Disques étranges"]}, visibility="public")
    archive.fit(made.id)
    archive.enrich([made.id])
    archive.review(made.id, accept=[one.item for one in archive.predictions(made.id)])
    archive.publish([made.id])
    return made.id


def test_search_by_words(
    client: FlaskClient, archive: Workspace, discs: str, items_of: Items, iiif_errors: Errors, w3c_errors: Errors
) -> None:
    record = archive.item(items_of("discs")[0]).record_id
    manifest = client.get(f"/iiif/manifests/{record}").get_json()
    assert iiif_errors(manifest) == []
    service = manifest["service"][0]
    assert (service["type"], service["service"][0]["type"]) == ("SearchService2", "AutoCompleteService2")
    path = service["id"].removeprefix(HOST)
    found = client.get(f"{path}?q=ETRANGES+disque&user=x&nonsense=1".replace("disque", "disques")).get_json()
    assert found["ignored"] == ["user", "nonsense"]
    assert found["@context"][-1] == "http://iiif.io/api/search/2/context.json"
    assert {_manifest(one) for one in found["items"]} == {manifest["id"]}
    assert w3c_errors(found) == []
    as_page = {**found, "@context": [*found["@context"][:-1], "http://iiif.io/api/presentation/3/context.json"]}
    assert iiif_errors({key: value for key, value in as_page.items() if key != "ignored"}) == []
    assert client.get(f"{path}?q=discs+stripes").get_json()["items"] == []
    assert client.get(f"{path}?q=discs&motivation=painting").get_json()["items"] == []
    judged = client.get(f"{path}?q=discs&motivation=assessing").get_json()["items"]
    assert {one["motivation"] for one in judged} == {"assessing"}
    other = archive.item(items_of("stripes")[0]).record_id
    assert client.get(f"/iiif/search/manifests/{other}?q=discs").get_json()["items"] == []
    assert len(client.get("/iiif/search/collections/drawn?q=discs").get_json()["items"]) == len(found["items"])
    assert client.get("/iiif/search/manifests/none?q=x").status_code == 404
    assert client.get("/iiif/search?q=x&page=-1").status_code == 400


def test_search_pages(client: FlaskClient, discs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PAGE", 5)
    seen: list[str] = []
    page = client.get("/iiif/search?q=discs").get_json()
    assert isinstance(page["partOf"], dict)
    while True:
        assert page["startIndex"] == len(seen)
        seen += [one["id"] for one in page["items"]]
        if "next" not in page:
            break
        page = client.get(page["next"]["id"].removeprefix(HOST)).get_json()
    assert len(set(seen)) == page["partOf"]["total"] == len(seen)
    assert page["partOf"]["last"]["id"] == page["id"]


def test_words_are_completed(client: FlaskClient, discs: str) -> None:
    found = client.get("/iiif/search/complete?q=etr&min=1").get_json()
    assert (found["type"], found["ignored"]) == ("TermPage", ["min"])
    assert [one["value"] for one in found["items"]] == ["Disques étranges"]
    assert found["items"][0]["total"] == client.get("/annotations/classes/" + discs + "/").get_json()["total"] // 2
    assert client.get("/iiif/search/complete").status_code == 400


def _walk(client: FlaskClient) -> Iterator[Mapping[str, Any]]:
    """As the specification says: from the last page back, the newest first."""
    address = client.get("/iiif/changes").get_json()["last"]["id"]
    while address:
        page = client.get(address.removeprefix(HOST)).get_json()
        yield from reversed(page["orderedItems"])
        address = page.get("prev", {}).get("id", "")


def test_the_stream_of_changes(
    client: FlaskClient, archive: Workspace, discs: str, items_of: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "PAGE", 5)
    before = list(_walk(client))
    total = client.get("/iiif/changes").get_json()["totalItems"]
    assert len(before) == total == len({one["object"]["id"] for one in before}) > 5
    assert {one["type"] for one in before} == {"Create"}
    gone = items_of("discs")[0]
    uri = archive.annotation_page(gone)["items"][0]["id"]
    archive.review(discs, reject=[gone])
    archive.update_class(discs, labels={"en": ["Circles"]})
    archive.publish([discs])
    after = list(_walk(client))
    assert len(after) == total
    assert next(one for one in after if one["type"] == "Delete")["object"] == {"id": uri, "type": "Annotation"}
    assert sum(one["type"] == "Update" for one in after) == total - 1
    assert [one["endTime"] for one in after] == sorted((one["endTime"] for one in after), reverse=True)
    assert client.get(uri.removeprefix(HOST)).status_code == 410
    assert client.get("/iiif/changes/99").status_code == 404


def test_a_collection_of_local_manifests(
    client: FlaskClient, archive: Workspace, discs: str, iiif_errors: Errors
) -> None:
    found = client.get("/iiif/collections/drawn").get_json()
    assert iiif_errors(found) == []
    for one in found["items"]:
        assert client.get(one["id"].removeprefix(HOST)).status_code == 200
