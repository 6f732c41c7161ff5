"""The OAI-PMH provider: each answer under the official schemas, and harvested by our own source and by Sickle.

One file, since all ask the same served archive, whose making takes longer than the questions.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import update
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server

from snoop_flow import Workspace
from snoop_flow.publishing.running import local_id
from snoop_flow.regions.drawing import region_row
from snoop_flow.store import items, published
from snoop_flow.store.rows import now
from snoop_flow.store.schema import annotation
from snoop_flow.testing import read_schema
from snoop_webui.application import create_app
from snoop_webui.oai import answers, arguments

with warnings.catch_warnings():  # compiled for the first time, Sickle of 2020 warns of its own escapes
    warnings.simplefilter("ignore")
    from sickle import Sickle
    from sickle.oaiexceptions import BadArgument, NoRecordsMatch


OAI = "http://www.openarchives.org/OAI/2.0/"
Items = Callable[[str], list[str]]
Ask = Callable[..., etree._Element]
NAME = "Discs <b>&amp;</b> ]]> خريطة"
HARD = NAME.replace("<b>", "<b>\x07\x1b\ufffe")


@pytest.fixture(scope="session")
def schema(shared: Path) -> etree.XMLSchema:
    names = {"urn:driver": "oai-driver.xsd", f"{OAI}oai-identifier": "oai-identifier.xsd"}
    imports = "".join(
        f'<import namespace="{space}" schemaLocation="http://x/{name}"/>' for space, name in names.items()
    )
    driver = f'<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:both">{imports}</schema>'
    return read_schema(driver, shared / "schemas")


@pytest.fixture
def ask(client: FlaskClient, schema: etree.XMLSchema) -> Ask:
    """Sends a request; the answer is valid, whatever was asked."""

    def send(method: str = "get", **query: Any) -> etree._Element:
        query = {name.rstrip("_"): value for name, value in query.items()}
        how = {"query_string": query} if method == "get" else {"data": query}
        response = getattr(client, method)("/oai", **how)
        assert (response.status_code, response.content_type) == (200, "text/xml; charset=UTF-8")
        root = etree.fromstring(response.data)
        assert schema.validate(root), (query, schema.error_log)
        return root

    return send


def _text(root: etree._Element, name: str) -> list[str]:
    return [str(one.text or "") for one in root.iter(f"{{*}}{name}")]


def _error(root: etree._Element) -> str | None:
    found = root.find("{*}error")
    return None if found is None else found.get("code")


def _published(workspace: Workspace, name: str, positives: list[str], accepted: list[str]) -> str:
    made = workspace.create_class(name, positives=positives)
    workspace.fit(made.id)
    workspace.set_threshold(made.id, -1000.0)
    workspace.enrich([made.id])
    workspace.review(made.id, accept=accepted)
    workspace.publish([made.id])
    return made.id


@pytest.fixture
def discs(archive: Workspace, items_of: Items) -> str:
    """A class with a name that is hard on XML, published on seven images."""
    chosen = items_of("discs")
    made = _published(archive, NAME, chosen[:3], chosen[:7])
    labels = {"en": [HARD], "ar": ["خريطة"]}
    archive.update_class(made, labels=labels, concept_uri="http://www.wikidata.org/entity/Q4006")
    archive.publish([made])
    return made


def test_identify(ask: Ask, discs: str, archive: Workspace) -> None:
    for method in ("get", "post"):
        root = ask(method, verb="Identify")
        assert _text(root, "baseURL") == ["http://localhost:8710/oai"]
        assert _text(root, "deletedRecord") == ["persistent"]
        assert _text(root, "granularity") == ["YYYY-MM-DDThh:mm:ssZ"]
        assert _text(root, "earliestDatestamp")[0] <= min(
            _text(ask(verb="ListIdentifiers", metadataPrefix="oai_dc"), "datestamp")
        )


def test_who_is_identified_by_name_and_mail(archive: Workspace, schema: etree.XMLSchema) -> None:
    archive.settings = replace(archive.settings, public_url="https://snoop.example.org/x/", contact="a@example.org")
    root = etree.fromstring(answers.answer(archive, MultiDict({"verb": "Identify"})))
    assert schema.validate(root), schema.error_log
    assert _text(root, "adminEmail") == ["a@example.org"]
    assert _text(root, "baseURL") == ["https://snoop.example.org/x/oai"]
    assert _text(root, "repositoryIdentifier") == ["snoop.example.org"]


def test_a_record(ask: Ask, discs: str, items_of: Items, archive: Workspace) -> None:
    item = archive.item(items_of("discs")[0])
    identifier = f"oai:localhost:{item.id}"
    for method in ("get", "post"):
        root = ask(method, verb="GetRecord", identifier=identifier, metadataPrefix="oai_dc")
        assert _classes(root) == [f"class-{discs}"]
        subjects = {
            (one.text, one.get("{http://www.w3.org/XML/1998/namespace}lang")) for one in root.iter("{*}subject")
        }
        assert subjects == {(NAME, "en"), ("خريطة", "ar"), ("http://www.wikidata.org/entity/Q4006", None)}
        assert _text(root, "type") == ["StillImage"]
        assert item.uri in _text(root, "identifier")
        assert _text(root, "relation") == [f"http://localhost:8710/iiif/manifests/{item.record_id}"]
    assert _text(ask(verb="ListMetadataFormats", identifier=identifier), "metadataPrefix") == ["oai_dc"]
    unpublished = f"oai:localhost:{items_of('stripes')[0]}"
    for unknown in ("oai:localhost:none", "oai:elsewhere.org:1", "x", unpublished):
        assert _error(ask(verb="GetRecord", identifier=unknown, metadataPrefix="oai_dc")) == "idDoesNotExist"


def _classes(root: Any) -> list[str]:
    return [one for one in _text(root, "setSpec") if ":" not in one]


def test_a_set_for_each_run_within_that_of_its_class(ask: Ask, archive: Workspace, items_of: Items) -> None:
    discs = items_of("discs")
    made = _published(archive, NAME, discs[:3], discs[:3])
    runs = [one for one in _text(ask(verb="ListSets"), "setSpec") if ":" in one]
    assert runs
    assert all(one.startswith(f"class-{made}:run-") for one in runs)
    found: set[str] = set()
    for run in runs:
        listed = ask(verb="ListRecords", metadataPrefix="oai_dc", set=run)
        assert all(run in _text(one, "setSpec") for one in listed.iter("{*}header"))
        found |= {one.removeprefix("oai:localhost:") for one in _text(listed, "identifier") if one.startswith("oai:")}
    assert found == set(discs[:3])
    for unknown in (f"class-{made}:run-none", f"class-none:{runs[0].partition(':')[2]}"):
        assert _error(ask(verb="ListRecords", metadataPrefix="oai_dc", set=unknown)) == "noRecordsMatch"


def test_who_follows_a_run_hears_that_a_later_one_found_it_too(ask: Ask, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class(NAME, positives=items_of("discs")[:3]).id
    archive.fit(made)
    archive.set_threshold(made, -1000.0)
    archive.enrich([made], collection="drawn")
    archive.publish([made], policy="all")
    (first,) = [one for one in _text(ask(verb="ListSets"), "setSpec") if ":" in one]

    def dates(run: str) -> dict[str, str]:
        listed = ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set=run)
        return dict(zip(_text(listed, "identifier"), _text(listed, "datestamp"), strict=True))

    before = dates(first)
    assert len(before) == 36
    with archive.catalogue.write() as connection:  # as if that were long ago
        connection.execute(update(annotation).values(modified_at=now() - timedelta(days=9)))
    before = dates(first)
    archive.enrich([made], everything=True)
    archive.publish([made], policy="all")
    sets = [one for one in _text(ask(verb="ListSets"), "setSpec") if ":" in one]
    (second,) = [one for one in sets if one != first]
    # they stay in the set of the run that found them first, changed, and tell of the other one
    after = dates(first)
    assert set(after) == set(before)
    marked = {f"oai:localhost:{one}" for one in items_of("discs")[:3]}  # of these a person has said it: no run does
    assert {one for one in before if after[one] <= before[one]} == marked
    assert set(before) - marked == set(dates(second))
    *_, header = ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set=first).iter("{*}header")
    assert [one for one in _text(header, "setSpec") if ":" in one] == sorted([first, second])
    # nothing changes where the same run is published again
    archive.publish([made], policy="all")
    assert dates(first) == after


def test_sets(ask: Ask, archive: Workspace, items_of: Items) -> None:
    assert _error(ask(verb="ListSets")) == "noSetHierarchy"
    assert _error(ask(verb="ListRecords", metadataPrefix="oai_dc")) == "noRecordsMatch"
    discs, stripes = items_of("discs"), items_of("stripes")
    first = _published(archive, NAME, discs[:3], discs[:3])
    second = _published(archive, "Stripes", stripes[:3], [*stripes[:2], discs[0]])
    root = ask(verb="ListSets")
    assert sorted(_classes(root)) == sorted([f"class-{first}", f"class-{second}"])
    assert NAME in _text(root, "setName")

    def members(class_id: str) -> set[str]:
        found = ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set=f"class-{class_id}")
        return {one.removeprefix("oai:localhost:") for one in _text(found, "identifier")}

    assert members(first) == set(discs[:3])
    assert members(second) == {*stripes[:3], discs[0]}  # marked as positive is as good as accepted
    both = ask(verb="GetRecord", identifier=f"oai:localhost:{discs[0]}", metadataPrefix="oai_dc")
    assert _classes(both) == sorted([f"class-{first}", f"class-{second}"])
    for unknown in ("class-", "class-none", "maps", "a:b"):
        assert _error(ask(verb="ListRecords", metadataPrefix="oai_dc", set=unknown)) == "noRecordsMatch"
    # withdrawn of one class only: whoever harvests the set hears of it, and the record lives
    archive.review(second, reject=[discs[0]])
    archive.publish([second])
    assert discs[0] in members(second)
    left = ask(verb="GetRecord", identifier=f"oai:localhost:{discs[0]}", metadataPrefix="oai_dc")
    assert left.find(".//{*}header").get("status") is None  # type: ignore[union-attr]
    assert "Stripes" not in _text(left, "subject")


def test_regions_speak_for_their_image(ask: Ask, archive: Workspace, discs: str, items_of: Items) -> None:
    parent = archive.item(items_of("discs")[8])
    row = region_row(parent, (10, 10, 120, 120), "drawn")
    with archive.catalogue.write() as connection:
        items.add_regions(connection, [row])
        region = items.by_ids(connection, [row["id"]])[0]
        one = next(iter(archive.image_page().images)).statements[0]
        kept = published.by_id(connection, local_id(archive.settings, one.id))
        assert kept is not None
        for number in (parent.number, region.number):  # on the image and on a part of it
            statement = {name: getattr(kept, name) for name in type(kept).__slots__}
            at = now()
            changes = {"id": f"{kept.id}{number}", "item": number, "created_at": at, "modified_at": at}
            published.publish(connection, [{**statement, **changes}])
    root = ask(verb="ListRecords", metadataPrefix="oai_dc")
    found = [str(header.findtext("{*}identifier")) for header in root.iter("{*}header")]
    assert found[-1] == f"oai:localhost:{parent.id}"
    assert len(found) == len(set(found)) == 8
    asked = ask(verb="GetRecord", identifier=f"oai:localhost:{region.id}", metadataPrefix="oai_dc")
    assert _error(asked) == "idDoesNotExist"


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({}, "badVerb"),
    ({"verb": "Nothing\x00<"}, "badVerb"),
    ({"verb": ["Identify", "Identify"]}, "badVerb"),
    ({"verb": "Identify", "set": "a"}, "badArgument"),
    ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"),
    ({"verb": "GetRecord", "identifier": "x"}, "badArgument"),
    ({"verb": "GetRecord", "identifier": "a b\x01", "metadataPrefix": "oai_dc"}, "badArgument"),
    ({"verb": "GetRecord", "identifier": "x", "metadataPrefix": "marc21"}, "cannotDisseminateFormat"),
    ({"verb": "ListMetadataFormats", "identifier": "x"}, "idDoesNotExist"),
    ({"verb": "ListMetadataFormats", "resumptionToken": "x"}, "badArgument"),
    ({"verb": "ListRecords"}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": "a b"}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": "mods"}, "cannotDisseminateFormat"),
    ({"verb": "ListRecords", "metadataPrefix": ["oai_dc", "oai_dc"]}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "a b"}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "<x>\x02": "y"}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026"}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": ""}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-02-30"}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "2026-01-01T00:00:00+02:00"}, "badArgument"),
    (
        {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-01-02", "until": "2026-01-01"},
        "badArgument",
    ),
    (
        {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-01-02", "until": "2026-01-02T00:00:00Z"},
        "badArgument",
    ),
    ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "1999-01-01"}, "noRecordsMatch"),
    (
        {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "9999-12-31", "until": "9999-12-31"},
        "noRecordsMatch",
    ),
    ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "resumptionToken": "x"}, "badArgument"),
    ({"verb": "ListRecords", "resumptionToken": ""}, "badResumptionToken"),
    ({"verb": "ListRecords", "resumptionToken": "x\x01é"}, "badResumptionToken"),
    ({"verb": "ListRecords", "resumptionToken": "W1tbW1tbW1tb" * 200}, "badResumptionToken"),
    ({"verb": "ListIdentifiers", "resumptionToken": "bnVsbA"}, "badResumptionToken"),
    ({"verb": "ListSets", "resumptionToken": "x"}, "badResumptionToken"),
]


def test_faults_have_their_codes(ask: Ask, discs: str) -> None:
    for method, (query, code) in product(("get", "post"), FAULTS):
        root = ask(method, **query)
        assert _error(root) == code, query
        request = root.find("{*}request")
        assert request is not None
        assert bool(request.attrib) == (code not in ("badVerb", "badArgument"))


def test_dates(ask: Ask, archive: Workspace, discs: str) -> None:
    def listed(**query: str) -> int:
        return len(_text(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", **query), "datestamp"))

    stamps = sorted(_text(ask(verb="ListIdentifiers", metadataPrefix="oai_dc"), "datestamp"))
    last = max(one.modified for one in archive.image_page().images)
    before, after = (f"{last + timedelta(seconds=step):%Y-%m-%dT%H:%M:%SZ}" for step in (-1, 1))
    assert listed(from_=stamps[0], until=stamps[-1]) == listed(from_=stamps[0][:10]) == len(stamps) == 7
    assert listed(until=before) == sum(one <= before for one in stamps)
    assert listed(from_=after) == 0
    assert listed(until=stamps[-1][:10]) == 7


def test_tokens_survive_changes(
    ask: Ask, archive: Workspace, discs: str, items_of: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "PAGE", 2)
    first = ask(verb="ListRecords", metadataPrefix="oai_dc", set=f"class-{discs}")
    seen = [str(one.text) for one in first.findall(".//{*}header/{*}identifier")]
    token = first.find(".//{*}resumptionToken")
    assert token is not None
    assert token.get("cursor") == "0"
    assert _error(ask(verb="ListIdentifiers", resumptionToken=token.text)) == "badResumptionToken"
    archive.review(discs, reject=[seen[0].rsplit(":", 1)[1]])  # given already: it is given again, as deleted
    archive.publish([discs])
    states: dict[str, str | None] = {}
    cursors = []
    while token is not None and token.text:
        root = ask(verb="ListRecords", resumptionToken=token.text)
        for header in root.iter("{*}header"):
            states[str(header.findtext("{*}identifier"))] = header.get("status")
        token = root.find(".//{*}resumptionToken")
        assert token is not None
        cursors.append(token.get("cursor"))
    assert cursors == ["2", "4", "6"]
    assert states[seen[0]] == "deleted"
    everything = {f"oai:localhost:{one}" for one in items_of("discs")[:7]}
    assert {*seen, *states} == everything
    assert [one for one, status in states.items() if status] == [seen[0]]


def test_a_list_whose_rest_has_changed_ends(
    ask: Ask, archive: Workspace, discs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "PAGE", 2)
    last = max(one.modified for one in archive.image_page().images)
    part = arguments.Listing("ListRecords", until="2020-01-01", after=(last, "zzz"), cursor=2)
    assert _error(ask(verb="ListRecords", resumptionToken=arguments.token(part))) == "noRecordsMatch"


def test_reading_with_a_key_where_the_setting_says_so(archive: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    token = archive.add_key("harvester", scopes=["annotations:read"])[1]
    archive.set_password("curator", "a long pass phrase")
    monkeypatch.setenv("SNOOP_FLOW_READING", "key")
    headers = {"Authorization": f"Bearer {token}"}
    with Workspace.open(archive.folder) as closed:
        client = create_app(closed).test_client()
        for send in (client.get, client.post):
            refused = send("/oai?verb=Identify")
            assert (refused.status_code, refused.is_json) == (401, True)
        given = client.get("/oai?verb=Identify", headers=headers)
        assert b"<Identify>" in given.data
        assert given.headers["Access-Control-Allow-Origin"] == "*"
        # a form of another site reads and changes nothing
        foreign = {**headers, "Origin": "https://x.example.org"}
        assert b"<Identify>" in client.post("/oai", data={"verb": "Identify"}, headers=foreign).data


@contextmanager
def _serving(folder: Path, pictures: Path) -> Iterator[tuple[Workspace, str]]:
    """A workspace of published pictures whose addresses are those that it is served at."""
    server = make_server("127.0.0.1", 0, lambda environ, start: [b"".join(app(environ, start))], threaded=True)
    address = f"http://127.0.0.1:{server.port}"
    with Workspace.create(folder, public_url=address) as workspace:
        app = create_app(workspace)
        workspace.harvest([str(pictures)], collection="drawn")
        workspace.embed()
        workspace.build_index()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield workspace, f"{address}/oai"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def test_harvested_by_others(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "PAGE", 3)
    with _serving(tmp_path / "here", pictures) as (here, address), Workspace.create(tmp_path / "there") as there:
        records = {record.label["none"][0]: record.id for record in here.records("drawn")}
        discs = [item.id for item in here.record_items(records["discs"])]
        made = _published(here, NAME, discs[:3], discs[:7])
        here.update_class(made, labels={"en": [HARD]})
        here.publish([made])

        def harvest(**options: Any) -> Any:
            return there.harvest(
                [f"{address}?set=class-{made}"], collection="c", allow_hosts=[urlsplit(address).netloc], **options
            )

        report = harvest()
        assert (report.records, report.failed, report.gone) == (7, (), 0)
        assert ({"none": ("dc:subject",)}, {"none": (NAME,)}) in [
            (label, {"none": texts["none"][:1]}) for label, texts in there.records("c")[0].metadata
        ]
        sickle = Sickle(address)
        assert sickle.Identify().deletedRecord == "persistent"
        sets = [one.setSpec for one in sickle.ListSets()]
        assert sets[0] == f"class-{made}"
        assert all(one.startswith(f"class-{made}:run-") for one in sets[1:])
        given = list(sickle.ListRecords(metadataPrefix="oai_dc", set=f"class-{made}"))
        assert {one.header.identifier for one in given} == {f"oai:127.0.0.1:{one}" for one in discs[:7]}
        assert all(NAME in one.metadata["subject"] for one in given)
        here.review(made, reject=discs[:1])
        here.publish([made])
        after = {one.identifier: one.deleted for one in sickle.ListIdentifiers(metadataPrefix="oai_dc")}
        assert [one for one, deleted in after.items() if deleted] == [f"oai:127.0.0.1:{discs[0]}"]
        assert len(list(sickle.ListRecords(metadataPrefix="oai_dc", ignore_deleted=True))) == 6
        with pytest.raises(NoRecordsMatch):
            sickle.ListRecords(metadataPrefix="oai_dc", until="1999-01-01")
        with pytest.raises(BadArgument):
            sickle.ListRecords(metadataPrefix="oai_dc", **{"from": "yesterday"})
        again = harvest()
        assert (again.gone, again.failed) == (1, ())
