"""OAI-PMH, SRU, Change Discovery, BagIt, OCFL and WARC as sources, on real answers and files.

One file, since all of them end in the same made-up manifests, and the last test asks which of them takes what.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from snoop_flow import Workspace
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.host import PluginHost
from snoop_flow.plugin_types import Checkpoint, RecordGone, RecordMoved, RecordRef
from snoop_flow.protocols import OAI, Activities
from snoop_flow.testing import Documents, check_source

P3 = "http://iiif.io/api/presentation/3/context.json"
XML = "text/xml"


def spec(name: str) -> Any:
    return PluginHost().sources[name]


def manifest(uri: str, image: str = "https://e.org/i.jpg", **facts: Any) -> dict[str, Any]:
    body = {"id": image, "type": "Image", "width": 400, "height": 300}
    painting = {"type": "Annotation", "motivation": "painting", "target": f"{uri}/c", "body": body}
    canvas = {"id": f"{uri}/c", "type": "Canvas", "width": 400, "height": 300, "items": [{"items": [painting]}]}
    return {"@context": P3, "id": uri, "type": "Manifest", "label": {"fr": ["Carte"]}, "items": [canvas], **facts}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "workspace") as created:
        yield created


# --- OAI-PMH -----------------------------------------------------------------------------------------------------


def oai_record(number: int, datestamp: str = "2026-01-01", deleted: bool = False, extra: str = "") -> str:
    status = ' status="deleted"' if deleted else ""
    head = f"<header{status}><identifier>oai:e.org:{number}</identifier><datestamp>{datestamp}</datestamp></header>"
    dublin = "http://purl.org/dc/elements/1.1/"
    dc = (
        f'<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="{dublin}">'
        f"<dc:title>Gravure {number}</dc:title><dc:subject>Ballons</dc:subject>{extra}</oai_dc:dc>"
    )
    return f"<record>{head}{'' if deleted else f'<metadata>{dc}</metadata>'}</record>"


def oai_answer(*records: str, token: str = "", error: str = "", date: str = "2026-02-01T00:00:00Z") -> bytes:
    inner = f'<error code="{error}">no</error>' if error else ""
    if records:
        inner = f"<ListRecords>{''.join(records)}<resumptionToken>{token}</resumptionToken></ListRecords>"
    space = "http://www.openarchives.org/OAI/2.0/"
    return f'<OAI-PMH xmlns="{space}"><responseDate>{date}</responseDate>{inner}</OAI-PMH>'.encode()


IDENTIFY = b"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><Identify>
<granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify></OAI-PMH>"""


def oai_server(httpserver: HTTPServer, answer: Callable[[Mapping[str, str]], bytes]) -> str:
    def handle(request: Request) -> Response:
        return Response(answer(request.args), content_type=XML)

    httpserver.expect_request("/oai").respond_with_handler(handle)
    for number in range(1, 5):
        url = httpserver.url_for(f"/iiif/{number}/manifest")
        httpserver.expect_request(f"/iiif/{number}/manifest").respond_with_json(manifest(url))
    return httpserver.url_for("/oai")


def hosts(server: HTTPServer) -> list[str]:
    return [f"{server.host}:{server.port}"]


def test_a_repository_is_harvested_over_its_pages_and_then_only_what_changed(
    workspace: Workspace, httpserver: HTTPServer
) -> None:
    asked: list[dict[str, str]] = []

    def answer(query: Mapping[str, str]) -> bytes:
        asked.append(dict(query))
        if query["verb"] == "Identify":
            return IDENTIFY
        if query.get("from"):
            return oai_answer(oai_record(2, deleted=True), oai_record(3, "2026-02-03"), date="2026-03-01T00:00:00Z")
        if "resumptionToken" in query:
            return oai_answer(oai_record(3), oai_record(4, deleted=True))
        link = f"<dc:relation>{httpserver.url_for('/iiif/1/manifest')}</dc:relation>"
        return oai_answer(oai_record(1, extra=link), oai_record(2), token="page2")

    base = oai_server(httpserver, answer)
    template = f"#manifest={httpserver.url_for('/iiif')}/{{local}}/manifest"
    location = f"{base}?verb=ListRecords&metadataPrefix=oai_dc&set=maps{template}"
    report = workspace.harvest([location], collection="c", allow_hosts=hosts(httpserver))
    assert (report.records, report.new, report.gone, report.failed) == (3, 3, 0, ())
    assert asked[0] == {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "maps"}
    assert asked[1] == {"verb": "ListRecords", "resumptionToken": "page2"}
    record = workspace.records("c")[0]
    assert ({"none": ("dc:subject",)}, {"none": ("Ballons",)}) in record.metadata
    assert workspace.sources()[0].checkpoint == {"from": "2026-02-01T00:00:00Z"}
    again = workspace.harvest([location], collection="c")
    assert asked[-1]["from"] == "2026-02-01T00:00:00Z"
    assert (again.records, again.unchanged, again.gone) == (1, 1, 1)
    assert workspace.status().records == 2
    full = workspace.harvest([location], collection="c", full=True)
    assert (full.records, full.skipped) == (3, 1)  # 1 has the datestamp it had; 2 was gone, and 3 was newer
    assert workspace.status().records == 3


def test_a_list_that_breaks_off_takes_nothing_for_gone(workspace: Workspace, httpserver: HTTPServer) -> None:
    broken = False

    def answer(query: Mapping[str, str]) -> bytes:
        if "resumptionToken" in query:
            return b"<OAI-PMH><ListRec" if broken else oai_answer(oai_record(2))
        return oai_answer(oai_record(1), token="t")

    location = f"{oai_server(httpserver, answer)}#manifest={httpserver.url_for('/iiif')}/{{local}}/manifest"
    workspace.harvest([location], collection="c", allow_hosts=hosts(httpserver))
    broken = True
    report = workspace.harvest([location], collection="c", full=True)
    assert (report.unchanged, report.gone, len(report.failed)) == (1, 0, 1)
    assert "breaks off after 1 records" in report.failed[0].reason
    assert workspace.status().records == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (oai_answer(error="badArgument"), "badArgument"),
        (b"<html><body>hello</body></html>", "no OAI-PMH answer"),
        (b"", "not well-formed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><OAI-PMH>&b;</OAI-PMH>', "DTD|entity"),
    ],
)
def test_a_broken_repository_is_one_clear_line(answer: bytes, reason: str) -> None:
    context = Documents({"https://e.org/oai?verb=ListRecords&metadataPrefix=oai_dc": (XML, answer)})
    with pytest.raises(SourceError, match=reason):
        list(spec("oai-pmh").open("https://e.org/oai", context).list())


def test_a_record_without_a_manifest_says_how_to_give_one() -> None:
    found = spec("oai-pmh").open("https://e.org/oai", Documents())
    with pytest.raises(SourceError, match="#manifest=") as caught:
        found.read(RecordRef("oai:e.org:1", {"identifier": "oai:e.org:1", "addresses": ["https://e.org/1"]}))
    assert caught.value.kind is FailureKind.INVALID


def test_a_token_that_comes_again_ends_the_list() -> None:
    first = "https://e.org/oai?verb=ListRecords&metadataPrefix=oai_dc"
    again = "https://e.org/oai?verb=ListRecords&resumptionToken=t"
    body = oai_answer(oai_record(1), token="t")
    oai = OAI("https://e.org/oai", Documents({first: (XML, body), again: (XML, body)}).fetch)
    with pytest.raises(SourceError, match="again and again"):
        list(oai.records())


def test_real_answers_of_repositories_are_read(shared: Path) -> None:
    folder = shared / "data" / "oai"
    read: dict[str, int] = {}
    refused: dict[str, str] = {}
    for path in sorted(folder.glob("*/*.xml")):
        if path.parent.name == "gallica_oai_derived":
            continue
        text = path.read_bytes()
        # each answer by itself, as a list of one page
        alone = re.sub(rb"<resumptionToken[^>]*>[^<]*</resumptionToken>", b"", text)
        context = Documents({"https://e.org/oai?verb=ListRecords&metadataPrefix=oai_dc": (XML, alone)})
        try:
            read[path.name] = len(list(OAI("https://e.org/oai", context.fetch).records()))
        except SourceError as error:
            refused[path.name] = error.reason
    assert sum(read.values()) > 600
    assert "ListRecordsBroken.xml" in refused
    assert all(reason and "\n" not in reason for reason in refused.values())


def test_the_catalogue_of_a_library_is_listed_whole(shared: Path) -> None:
    """634 descriptions of Gallica over 26 pages."""
    pages = {}
    for path in (shared / "data" / "oai" / "gallica_rebuilt").glob("*.xml"):
        number = int(re.sub(r"\D", "", path.name))
        token = f"resumptionToken=page{number}" if number > 1 else "metadataPrefix=oai_dc"
        pages[f"https://e.org/oai?verb=ListRecords&{token}"] = (XML, path.read_bytes())
    headers = list(OAI("https://e.org/oai", Documents(pages).fetch).records())
    assert len(headers) == 634
    assert all(header.described and header.described.ark.startswith("ark:/12148/") for header in headers)


# --- SRU ---------------------------------------------------------------------------------------------------------


def test_a_query_is_followed_over_its_pages(workspace: Workspace, httpserver: HTTPServer) -> None:
    def handle(request: Request) -> Response:
        start = int(request.args["startRecord"])
        numbers = [1, 2] if start == 1 else [3]
        records = "".join(
            f'<record><recordData><dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>'
            f"{httpserver.url_for(f'/iiif/{number}/manifest')}</dc:identifier></dc></recordData></record>"
            for number in numbers
        )
        body = f"<numberOfRecords>3</numberOfRecords><records>{records}</records>"
        return Response(f'<searchRetrieveResponse xmlns="http://www.loc.gov/zing/srw/">{body}</searchRetrieveResponse>')

    oai_server(httpserver, lambda _: b"")
    httpserver.expect_request("/SRU").respond_with_handler(handle)
    location = httpserver.url_for("/SRU?operation=searchRetrieve&query=dc.title all ballon")
    report = workspace.harvest([location], collection="c", allow_hosts=hosts(httpserver))
    assert (report.records, report.new, report.failed) == (3, 3, ())


# --- Change Discovery --------------------------------------------------------------------------------------------

STREAM = "https://e.org/all-changes.json"


def stream(*pages: list[dict[str, Any]]) -> Documents:
    urls = [f"https://e.org/page-{number}.json" for number in range(len(pages))]
    documents = {}
    for number, activities in enumerate(pages):
        page: dict[str, Any] = {"id": urls[number], "type": "OrderedCollectionPage", "orderedItems": activities}
        if number:
            page["prev"] = {"id": urls[number - 1], "type": "OrderedCollectionPage"}
        documents[urls[number]] = ("application/json", json.dumps(page).encode())
    root = {"type": "OrderedCollection", "last": {"id": urls[-1], "type": "OrderedCollectionPage"}}
    documents[STREAM] = ("application/json", json.dumps(root).encode())
    return Documents(documents)


def activity(kind: str, name: str, day: int = 0, **more: Any) -> dict[str, Any]:
    time = {"endTime": f"2026-01-{day:02}T00:00:00Z"} if day else {}
    return {"type": kind, "object": {"id": f"https://e.org/{name}", "type": "Manifest"}, **time, **more}


def listed(documents: Documents, checkpoint: dict[str, Any] | None = None) -> list[Any]:
    members = [RecordRef(f"https://e.org/{name}") for name in "abc"]
    return list(Activities(STREAM, documents.fetch, lambda _: members).list(checkpoint))


def test_of_each_object_the_newest_activity_counts() -> None:
    documents = stream(
        [activity("Create", "a", 1), activity("Create", "b", 2)],
        [activity("Update", "a", 3), activity("Delete", "b", 4), activity("Add", "c", 5)],
    )
    found = listed(documents)
    assert [type(one).__name__ for one in found] == ["RecordRef", "RecordGone", "RecordRef", "Checkpoint"]
    assert [getattr(one, "uri", "") for one in found[:3]] == [f"https://e.org/{name}" for name in "cba"]
    assert found[2].stamp == "2026-01-03T00:00:00Z"
    assert found[3] == Checkpoint({"end": "2026-01-05T00:00:00Z"}, partial=True)


def test_a_stream_is_walked_back_to_the_checkpoint_only() -> None:
    documents = stream([activity("Create", "a", 1)], [activity("Create", "b", 2)], [activity("Create", "c", 3)])
    documents._documents.pop("https://e.org/page-0.json")  # never asked for
    found = listed(documents, {"end": "2026-01-03T00:00:00Z"})
    assert [getattr(one, "uri", "end") for one in found] == ["https://e.org/c", "end"]


def test_what_moved_stays_the_same_and_a_refresh_hides_what_is_older() -> None:
    moved = activity("Move", "old", 4, target={"id": "https://e.org/new", "type": "Manifest"})
    refresh = {"type": "Refresh", "startTime": "2026-01-03T00:00:00Z"}
    found = listed(stream([activity("Create", "x", 1), activity("Delete", "y", 2), refresh, moved]))
    assert found[:3] == [
        RecordMoved("https://e.org/old", "https://e.org/new"),
        RecordRef("https://e.org/new", stamp="2026-01-04T00:00:00Z"),
        RecordGone("https://e.org/y"),
    ]
    assert len(found) == 4


def test_of_a_collection_that_changed_only_what_is_new_is_read() -> None:
    changed = activity("Update", "all", 2)
    changed["object"]["type"] = "Collection"
    found = listed(stream([activity("Update", "b", 1), changed, activity("Delete", "a", 3)]))
    refs = {one.uri: one.only_new for one in found if isinstance(one, RecordRef)}
    # a was deleted since, b says itself that it changed, of c nothing is known
    assert refs == {"https://e.org/b": False, "https://e.org/c": True}


def test_a_stream_of_level_0_has_no_times() -> None:
    found = listed(stream([activity("Update", "a"), activity("Update", "b")]), {"end": ""})
    assert [one.uri for one in found[:2]] == ["https://e.org/b", "https://e.org/a"]


def test_a_stream_that_goes_round_ends() -> None:
    documents = stream([activity("Update", "a", 1)], [activity("Update", "b", 2)])
    kind, body = documents._documents["https://e.org/page-0.json"]
    looped = {**json.loads(body), "prev": "https://e.org/page-1.json"}
    documents._documents["https://e.org/page-0.json"] = (kind, json.dumps(looped).encode())
    assert len(listed(documents)) == 3


def test_a_made_stream_over_real_manifests(shared: Path) -> None:
    folder = shared / "data" / "discovery" / "stream"
    documents = {}
    for path in folder.glob("*.json"):
        documents[json.loads(path.read_bytes())["id"]] = ("application/json", path.read_bytes())
    address = "https://activity.example.org/iiif/collection.json"
    found = list(Activities(address, Documents(documents).fetch, lambda uri: []).list(None))
    assert len(found) > 40
    assert len({one.uri for one in found if isinstance(one, RecordRef | RecordGone)}) == len(found) - 1


def test_a_stream_is_recognised_and_a_moved_record_keeps_its_items(
    workspace: Workspace, httpserver: HTTPServer
) -> None:
    activities: list[dict[str, Any]] = []

    def serve() -> None:
        httpserver.clear()
        for name in ("old", "new", "b"):
            url = httpserver.url_for(f"/{name}")
            document = manifest(url)
            document["items"][0]["id"] = httpserver.url_for(f"/canvas/{'b' if name == 'b' else 'a'}")
            httpserver.expect_request(f"/{name}").respond_with_json(document)
        root = {"type": "OrderedCollection", "last": httpserver.url_for("/page")}
        httpserver.expect_request("/stream").respond_with_json(root)
        page = {"type": "OrderedCollectionPage", "orderedItems": activities}
        httpserver.expect_request("/page").respond_with_json(page)

    def happened(kind: str, name: str, day: int, **more: Any) -> None:
        time = f"2026-01-{day:02}T00:00:00Z"
        activities.append({"type": kind, "object": {"id": httpserver.url_for(f"/{name}")}, "endTime": time, **more})

    happened("Create", "old", 1)
    happened("Create", "b", 2)
    serve()
    location = httpserver.url_for("/stream")
    first = workspace.harvest([location], collection="c", allow_hosts=hosts(httpserver))
    assert (first.new, first.gone) == (2, 0)
    before = {item.uri: item.id for record in workspace.records("c") for item in workspace.record_items(record.id)}
    happened("Move", "old", 3, target={"id": httpserver.url_for("/new")})
    happened("Delete", "b", 4)
    serve()
    second = workspace.harvest([location], collection="c")
    assert (second.new, second.changed, second.gone) == (0, 1, 1)
    record = workspace.records("c")[0]
    assert record.uri == httpserver.url_for("/new")
    assert [item.id for item in workspace.record_items(record.id)] == [before[httpserver.url_for("/canvas/a")]]
    third = workspace.harvest([location], collection="c")
    assert (third.records, third.new, third.changed) == (0, 0, 0) or third.unchanged == third.records


# --- packages and archives ---------------------------------------------------------------------------------------


@pytest.fixture
def bag(tmp_path: Path, pictures: Path) -> Path:
    folder = tmp_path / "bag"
    (folder / "data").mkdir(parents=True)
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (folder / "bag-info.txt").write_text("External-Description: Album\n  de vues\nSource-Organization: Library\n")
    lines = []
    for number in range(2):
        body = (pictures / "discs" / f"discs-{number:02}.jpg").read_bytes()
        (folder / "data" / f"{number}.jpg").write_bytes(body)
        lines.append(f"{hashlib.sha256(body).hexdigest()}  data/{number}.jpg")
    (folder / "manifest-sha256.txt").write_text("\n".join(lines))
    return folder


def test_a_bag_is_a_record_and_damage_is_told(workspace: Workspace, bag: Path) -> None:
    check_source(spec("bagit"), str(bag))
    assert workspace.harvest([str(bag)]).items == 2
    assert workspace.records("bag")[0].label == {"none": ("Album de vues",)}
    assert workspace.harvest([str(bag)]).skipped == 1
    (bag / "data" / "1.jpg").write_bytes(b"damaged")
    with (bag / "bag-info.txt").open("a") as file:
        file.write("Contact-Name: A\n")
    report = workspace.harvest([str(bag)])
    assert (report.changed, report.items) == (1, 1)
    assert "does not match its sha256 digest" in report.failed[0].reason


def test_a_bag_that_names_a_file_outside_is_hostile(bag: Path) -> None:
    (bag / "manifest-sha256.txt").write_text(f"{'0' * 64}  ../../etc/passwd.jpg\n")
    with pytest.raises(SourceError) as caught:
        spec("bagit").open(str(bag), Documents()).read(RecordRef(str(bag)))
    assert caught.value.kind is FailureKind.HOSTILE


def test_the_head_of_an_ocfl_object_is_a_record(workspace: Workspace, tmp_path: Path, pictures: Path) -> None:
    root = tmp_path / "store"
    item = root / "a" / "object"
    (item / "v1" / "content").mkdir(parents=True)
    (root / "0=ocfl_1.1").write_text("ocfl_1.1\n")
    (item / "0=ocfl_object_1.1").write_text("ocfl_object_1.1\n")
    body = (pictures / "discs" / "discs-00.jpg").read_bytes()
    digest = hashlib.sha512(body).hexdigest()
    (item / "v1" / "content" / "x").write_bytes(body)
    inventory = {
        "id": "ark:/12148/b1",
        "digestAlgorithm": "sha512",
        "head": "v1",
        "manifest": {digest: ["v1/content/x"]},
        "versions": {"v1": {"state": {digest: ["f1.jpg"]}}},
    }
    text = json.dumps(inventory)
    (item / "inventory.json").write_text(text)
    (item / "inventory.json.sha512").write_text(f"{hashlib.sha512(text.encode()).hexdigest()} inventory.json\n")
    report = workspace.harvest([str(root)])
    assert (report.records, report.items, report.failed) == (1, 1, ())
    assert workspace.embed().embedded == 1
    (item / "inventory.json").write_text(text + " ")
    with pytest.raises(SourceError, match="does not match its own digest"):
        workspace.harvest([str(root)])


def archived(path: Path, documents: Mapping[str, tuple[str, bytes]]) -> Path:
    """A WARC file, each record a gzip member of its own."""
    members: list[bytes] = []
    for uri, (kind, body) in documents.items():
        block = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:{len(members)}>\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        )
        members.append(gzip.compress(head.encode() + block + b"\r\n\r\n"))
    path.write_bytes(b"".join(members))
    return path


def test_an_archive_of_the_web_is_harvested_without_the_web(
    workspace: Workspace, tmp_path: Path, pictures: Path
) -> None:
    discs = [(pictures / "discs" / f"discs-{number:02}.jpg").read_bytes() for number in range(3)]
    document = manifest("https://e.org/m", "https://e.org/i/1.jpg")
    path = archived(
        tmp_path / "crawl.warc.gz",
        {
            "https://e.org/m": ("application/ld+json", json.dumps(document).encode()),
            "https://e.org/i/1.jpg": ("image/jpeg", discs[0]),
            "https://e.org/photo.jpg": ("image/jpeg", discs[1]),
            "https://other.org/photo.jpg": ("image/jpeg", discs[2]),
            "https://e.org/page": ("text/html", b"<p>hello"),
        },
    )
    check_source(spec("warc"), str(path), broken=[str(_broken(tmp_path))])
    report = workspace.harvest([str(path)], collection="crawl")
    assert (report.records, report.items, report.failed) == (3, 3, ())
    assert workspace.embed().embedded == 3
    uris = {item.uri for record in workspace.records("crawl") for item in workspace.record_items(record.id)}
    assert uris == {"https://e.org/m/c", "https://e.org/photo.jpg", "https://other.org/photo.jpg"}
    for record in workspace.records("crawl"):
        [item] = workspace.record_items(record.id)
        [canvas] = workspace.annotated_manifest(record.id)["items"]
        assert canvas["items"][0]["items"][0]["body"]["service"][0]["id"].endswith(f"/iiif/3/{item.id}")
        picture = workspace.archived_image(item.id)
        assert picture is not None
        assert min(picture.size) >= 240
        assert workspace.thumbnail(item.id).is_file()


def _broken(folder: Path) -> Path:
    path = folder / "broken.warc.gz"
    path.write_bytes(gzip.compress(b"this is no WARC"))
    return path


def test_each_location_goes_to_the_source_that_knows_it(tmp_path: Path, bag: Path) -> None:
    host = PluginHost()
    expected = {
        "https://e.org/oai?verb=ListRecords&set=a": "oai-pmh",
        "http://oai.example.org/oai2/OAIHandler": "oai-pmh",
        "https://e.org/SRU?operation=searchRetrieve&query=a": "sru",
        "https://e.org/iiif/manifest.json": "iiif",
        "https://e.org/boaie/manifest.json": "iiif",
        str(bag): "bagit",
        str(bag.parent): "bagit",
        str(bag / "data"): "folder",
    }
    assert {location: host.source_for(location).name for location in expected} == expected
