"""The REST API and its description."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from snoop_flow import Workspace
from snoop_webui.api import ROUTES

Items = Callable[[str], list[str]]
V1 = "/api/v1"


def test_a_program_teaches_a_class(client: FlaskClient, archive: Workspace, items_of: Items) -> None:
    discs, frames = items_of("discs"), items_of("frames")
    made = client.post(f"{V1}/classes", json={"name": "Discs", "positives": discs[:2]})
    assert made.status_code == 201
    path = f"{V1}/classes/{made.get_json()['id']}"
    operation = {"op_id": "one", "values": {discs[2]: 1, frames[0]: -1, frames[1]: 0}}
    for _ in range(2):
        answer = client.post(f"{path}/marks", json={"operations": [operation]})
        assert answer.get_json() == {"positives": 3, "negatives": 1, "unsure": 1, "conflicts": []}
    undone = client.post(f"{path}/undo", json={"op_id": "one"}).get_json()
    assert undone == {
        "op_id": "u1-one",
        "values": {discs[2]: None, frames[0]: None, frames[1]: None},
        "positives": 2,
        "negatives": 0,
        "unsure": 0,
    }
    again = client.post(f"{path}/undo", json={"op_id": "u1-one"}).get_json()
    assert (again["op_id"], again["positives"]) == ("u2-one", 3)
    assert client.post(f"{path}/fit", json={}).get_json()["version"] == 1
    refused = client.post(f"{path}/move", json={"backbone": "distilled"})
    assert (refused.status_code, "is taught on distilled already" in refused.get_json()["error"]) == (409, True)
    first = client.get(f"{V1}/backbones").get_json()["backbones"][0]
    assert (first["name"], first["items"], first["serves"]) == ("distilled", 36, True)
    suggested = client.get(f"{path}/suggestions?strategy=most-useful&count=5&low=-9").get_json()["cards"]
    assert len(suggested) == 5
    assert not {card["item"] for card in suggested} & {discs[2], frames[0]}
    assert len(client.get(f"{path}/ranking?count=7").get_json()["cards"]) == 7
    assert sum(client.get(f"{path}/histogram?bins=10").get_json()["counts"]) == 36
    assert client.get(f"{path}/marks").get_json()["marks"][discs[2]] == 1
    assert client.get(f"{path}/history?limit=1").get_json()["history"][0]["op_id"] == "u2-one"
    assert client.put(f"{path}/threshold", json={"threshold": 0.5}).get_json()["models"][0]["threshold"] == 0.5
    assert client.patch(path, json={"definition": "round"}).get_json()["definition"] == "round"
    archive.enrich(["Discs"], threshold=-9)
    item = client.get(f"{path}/predictions?status=proposed&limit=1").get_json()["predictions"][0]["item"]
    assert client.post(f"{path}/review", json={"accept": [item]}).get_json()["accepted"] == 4
    assert client.get(f"{V1}/items/{item}").get_json()["predictions"][0]["status"] == "accepted"
    assert client.delete(path).get_json() == {"deleted": None}


def test_a_program_audits_a_class(client: FlaskClient, archive: Workspace, items_of: Items) -> None:
    stripes = set(items_of("stripes"))
    created = archive.create_class("Stripes", positives=sorted(stripes)[:2])
    archive.fit(created.id)
    path = f"{V1}/classes/{created.id}"
    assert client.get(f"{path}/audits").get_json() == {"audits": []}
    first = client.post(f"{path}/audit/next", json={"count": 32}).get_json()
    assert (first["version"], first["answered"], len(first["cards"])) == (1, 0, 32)
    assert {(card["score"], card["mark"]) for card in first["cards"]} == {(None, None)}
    assert client.get(f"{path}/audit").get_json()["figures"] is None
    answers = {card["item"]: 1 if card["item"] in stripes else -1 for card in first["cards"]}
    for _ in range(2):
        told = client.post(f"{path}/audit/answers", json={"answers": answers}).get_json()
        assert (told["answered"], told["yes"]) == (32, sum(value == 1 for value in answers.values()))
    report = client.get(f"{path}/audit?precision=0.9&threshold=-0.5").get_json()
    assert (report["answers"], report["needed"], report["threshold"]) == (32, 0, -0.5)
    for name in ("precision", "recall", "members"):
        low, high = report["figures"][name]["interval"]
        assert low <= report["figures"][name]["value"] <= high
    assert report["wanted"]["precision"] == 0.9
    assert len(report["curve"]) > 5
    expected = client.get(f"{path}/expected?threshold=-0.5").get_json()
    assert (expected["scored"], expected["proposed"]) == (36, report["figures"]["proposed"])
    assert client.get(path).get_json()["models"][0]["calibration"]["answers"] == 32
    assert len(client.get(f"{path}/histogram").get_json()["probabilities"]) == 41
    assert client.post(f"{path}/audit/learn", json={}).get_json()["marks"] == 32
    spent = client.post(f"{path}/audit/answers", json={"answers": dict.fromkeys(answers, 0)})
    assert (spent.status_code, "has learned from" in spent.get_json()["error"]) == (409, True)
    malformed: list[dict[str, object]] = [{"answers": {}}, {"answers": {"x": 5}}, {"answer": {}}]
    for wrong in malformed:
        assert client.post(f"{path}/audit/answers", json=wrong).status_code == 400
    assert client.get(f"{path}/audit?precision=2").status_code == 400


def test_a_program_searches(client: FlaskClient, items_of: Items, pictures: Path) -> None:
    disc = items_of("discs")[0]
    by_item = client.post(f"{V1}/search", json={"items": [disc], "count": 3}).get_json()
    assert by_item["cards"][0]["item"] == disc
    assert by_item["exact"] is True
    image = base64.b64encode((pictures / "discs" / "discs-00.jpg").read_bytes()).decode()
    by_image = client.post(f"{V1}/search", json={"image": image, "count": 1}).get_json()
    assert by_image["cards"][0]["record_label"] == "discs"
    region = {"item": disc, "xywh": [0, 0, 100, 100]}
    assert len(client.post(f"{V1}/search", json={"region": region, "count": 4}).get_json()["cards"]) == 4
    assert client.get(f"{V1}/search?item={disc}&count=2").get_json()["cards"][0]["item"] == disc


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/search", {}, 400),
        ("POST", "/search", {"texts": "x"}, 400),
        ("POST", "/search", {"count": 0, "text": "x"}, 400),
        ("POST", "/jobs", {"kind": "dance"}, 400),
        ("POST", "/jobs/none/cancel", {}, 404),
        ("GET", "/classes/none", None, 404),
        ("GET", "/nothing", None, 404),
        ("PUT", "/classes", {}, 405),
        ("POST", "/classes/none/marks", {"operations": [{"values": {"x": 2}}]}, 400),
    ],
)
def test_errors_have_one_shape(client: FlaskClient, method: str, path: str, body: object, status: int) -> None:
    response = client.open(V1 + path, method=method, json=body)
    assert response.status_code == status
    assert set(response.get_json()) == {"ok", "error", "errors", "status"}
    assert response.get_json()["ok"] is False
    assert response.get_json()["status"] == status
    assert "\n" not in response.get_json()["error"]


def test_every_route_is_described(client: FlaskClient) -> None:
    document = client.get(f"{V1}/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len(operations) == len(ROUTES)
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert all(one["summary"] for one in operations)
    assert all(path.startswith(V1) for path in document["paths"])


def test_every_reference_leads_somewhere(client: FlaskClient) -> None:
    document = client.get(f"{V1}/openapi.json").get_json()
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    def references(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(references(value) for value in node.values()))
        return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()

    assert references(document) <= known


@pytest.mark.parametrize(
    "path", ["/status", "/plugins", "/collections", "/collections/drawn/records", "/classes", "/jobs"]
)
def test_what_is_there_can_be_listed(client: FlaskClient, path: str) -> None:
    assert client.get(V1 + path).status_code == 200


def test_rounds_and_coverage_are_reached(client: FlaskClient, archive: Workspace, items_of: Items) -> None:
    made = client.post(f"{V1}/classes", json={"name": "Discs", "start": {"items": [items_of("discs")[0]]}}).get_json()
    assert made["start_note"].startswith("items: ")
    path = f"{V1}/classes/{made['id']}"
    query = "strategy=discovery&discovery_rate=0.5&temporal_range=10&count=4"
    cards = client.get(f"{path}/suggestions?{query}").get_json()["cards"]
    assert client.get(f"{path}/suggestions?temporal_range=-1").status_code == 400
    values = {card["item"]: 1 if card["record_label"] == "discs" else -1 for card in cards}
    values[items_of("discs")[0]] = 1
    client.post(f"{path}/marks", json={"operations": [{"values": values}]})
    client.post(f"{path}/fit", json={})
    (one,) = client.get(f"{path}/rounds").get_json()["rounds"]
    assert (one["strategy"], one["shown"], one["version_after"]) == ("discovery", 4, 1)
    covered = client.get(f"{path}/coverage?count=3").get_json()
    assert 0 <= covered["share"] <= 1
    assert len(covered["uncovered"]) <= 3
    assert client.post(f"{path}/rounds/undo", json={}).get_json()["round"] == 1
    assert client.post(f"{path}/rounds/undo", json={"number": 7}).status_code == 404


def test_disagreements_are_listed_and_settled(client: FlaskClient, archive: Workspace, items_of: Items) -> None:
    archive.add_user("ada", "Ada Lovelace")
    discs = items_of("discs")
    made = archive.create_class("Discs", positives=discs[:3])
    archive.mark("Discs", {discs[0]: 1, discs[1]: -1}, op_id="ada", user="ada")
    path = f"{V1}/classes/{made.id}"
    (one,) = client.get(f"{path}/disagreements").get_json()["disagreements"]
    assert one["card"]["item"] == discs[1]
    assert [opinion["user"] for opinion in one["opinions"]] == ["Curator", "Ada Lovelace"]
    agreement = client.get(f"{path}/agreement").get_json()
    assert (agreement["pairs"][0]["common"], agreement["contested"]) == (2, 1)
    settled = client.post(f"{path}/marks", json={"operations": [{"values": {discs[1]: 1}, "settle": True}]})
    told = [{"item": discs[1], "user": "Ada Lovelace", "value": -1}]
    assert settled.get_json() == {"positives": 3, "negatives": 0, "unsure": 0, "conflicts": told}
    assert client.get(f"{path}/disagreements").get_json() == {"disagreements": []}
    assert client.get(f"{path}/disagreements?settled=true").get_json()["disagreements"][0]["settled"] is True
