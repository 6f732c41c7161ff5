"""Gallica by ark, list, query and set, against a replica that behaves as reported."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import profile_of
from snoop_flow.host import PluginHost
from snoop_flow.plugin_types import RecordRef
from snoop_flow.testing import Documents, check_source
from snoop_gallica.addresses import Addresses, ark_of, arks_of, view_of
from snoop_gallica.locations import Location, parse, recognises
from snoop_gallica.manners import MANNERS
from snoop_gallica.plugin import GALLICA

BOOK, PAPER = "ark:/12148/btv1b8490076p", "ark:/12148/bpt6k9604118j"


def harvest(workspace: Workspace, replica: Any, location: str, **options: Any) -> Any:
    host = replica.url.removeprefix("http://")
    return workspace.harvest([location], collection="gallica", allow_hosts=[host], **options)


def ids(workspace: Workspace) -> dict[str, str]:
    """Item id → canvas URI."""
    found = [item for record in workspace.records("gallica") for item in workspace.record_items(record.id)]
    return {item.id: item.uri for item in found}


def test_the_present_stack_comes_first(workspace: Workspace, replica: Any) -> None:
    replica.present = {BOOK}
    report = harvest(workspace, replica, BOOK)
    assert (report.records, report.failed) == (1, ())
    assert report.items > 50
    assert replica.asked == [f"/iiif/presentation/v3/{BOOK}/manifest.json"]
    record = workspace.records("gallica")[0]
    assert record.version == "3.0"


def test_a_view_stays_the_same_whichever_stack_answers(workspace: Workspace, replica: Any) -> None:
    first = harvest(workspace, replica, f"https://gallica.bnf.fr/{BOOK}/f5.item.r=ballon")
    assert workspace.records("gallica")[0].version == "2.1"
    before = ids(workspace)
    replica.present = {BOOK}
    second = harvest(workspace, replica, BOOK)
    after = ids(workspace)
    assert (first.new, second.new, second.changed) == (1, 0, 1)
    assert set(before) == set(after)
    assert all(before[id_] != after[id_] for id_ in before)
    old = f"{replica.url}/iiif/{BOOK}/canvas/f7"
    new = f"{replica.url}/iiif/presentation/v3/{BOOK}/canvas/f7"
    assert [item.id for item in workspace.find_items(old)] == [item.id for item in workspace.find_items(new)]
    assert len(workspace.find_items(old)) == 1


def test_the_picture_of_a_view_is_not_embedded_again_when_the_stack_changes(replica: Any) -> None:
    documents = {
        f"{replica.url}/iiif/{BOOK}/manifest.json": ("application/json", replica.manifest_2(BOOK)),
    }
    old = GALLICA.open(BOOK, Documents(documents)).read(_ref())
    documents[f"{replica.url}/iiif/presentation/v3/{BOOK}/manifest.json"] = ("", replica.manifest_3(BOOK))
    new = GALLICA.open(BOOK, Documents(documents)).read(_ref())
    assert [item.image_digest for item in old.items] == [item.image_digest for item in new.items]
    assert [item.key for item in old.items][:3] == ["f1", "f2", "f3"]
    assert old.digest != new.digest


def _ref() -> RecordRef:
    return RecordRef(BOOK)


def test_in_version_2_the_title_is_found_and_the_shelf_mark_kept(workspace: Workspace, replica: Any) -> None:
    harvest(workspace, replica, PAPER)
    record = workspace.records("gallica")[0]
    title = next(texts for texts in record.label.values())[0]
    assert not title.startswith("BnF, département")
    assert any("Cote" in label.get("fr", ()) for label, _ in record.metadata)


def test_a_list_of_arks(workspace: Workspace, replica: Any, tmp_path: Path) -> None:
    path = tmp_path / "arks.csv"
    path.write_text(
        f"ark;titre\nhttps://gallica.bnf.fr/{BOOK};x\n{PAPER};y\n{BOOK};again\nark:/12148/btv1bnotthere1;z\n"
    )
    report = harvest(workspace, replica, str(path))
    assert report.records == 2
    assert [(failed.uri, failed.kind) for failed in report.failed] == [("ark:/12148/btv1bnotthere1", FailureKind.GONE)]


@pytest.mark.parametrize("form", ["gallica:{}", "{}/SRU?operation=searchRetrieve&query={}"])
def test_a_query(workspace: Workspace, replica: Any, form: str) -> None:
    query = 'dc.type all "manuscrit"'
    location = form.format(query) if form.count("{}") == 1 else form.format(replica.url, query)
    report = harvest(workspace, replica, location)
    assert report.records == len(replica.old)
    record = workspace.records("gallica")[0]
    assert ({"none": ("dc:type",)}, {"none": ("manuscrit",)}) in record.metadata


def test_a_set_of_the_repository_is_listed_whole(workspace: Workspace, replica: Any) -> None:
    replica.pages["ListRecords_page1"] = replica.pages["ListRecords_page1"].replace(
        b"btv1b103365581", BOOK[11:].encode()
    )
    report = harvest(workspace, replica, "gallica:set:gallica:typedoc:images", limit=1)
    assert (report.records, report.failed) == (1, ())
    record = workspace.records("gallica")[0]
    assert any(label == {"none": ("dc:subject",)} for label, _ in record.metadata)
    listed = list(GALLICA.open("gallica:set:x", _Fetching(replica)).list())
    arks = [one.uri for one in listed if isinstance(one, RecordRef)]
    assert len(arks) == len(set(arks)) > 50
    assert listed[-1].partial is False  # type: ignore[union-attr]


class _Fetching(Documents):
    """The replica without a network."""

    def __init__(self, replica: Any) -> None:
        super().__init__()
        self._replica = replica

    def fetch(self, url: str, accept: str) -> Any:
        _, kind, body = self._replica.answer(url.removeprefix(self._replica.url), "snoop-flow")
        self._documents[url] = (kind, body)
        return super().fetch(url, accept)


def test_a_captcha_is_blocked_and_the_other_stack_is_left_alone(workspace: Workspace, replica: Any) -> None:
    replica.captcha = True
    # the replica is one's own server, which has no manners but those that name it
    words = ", ".join(f'"{word}"' for word in MANNERS[0].challenge)
    host = replica.url.removeprefix("http://")
    (workspace.folder / "hosts.toml").write_text(
        f'[[host]]\nhosts = ["{host}"]\nspacing = 0\npace = 0\nrobots = false\nchallenge = [{words}]\n'
    )
    with pytest.raises(SourceError) as caught:
        harvest(workspace, replica, BOOK)
    assert caught.value.kind is FailureKind.BLOCKED
    assert len(replica.asked) == 1
    assert workspace.failures("harvest")[0].retry_at is not None
    assert workspace.turns.states()[host].rest_until > time.time() + 3600


def test_one_stack_that_fails_is_no_proof_that_a_document_is_gone(replica: Any) -> None:
    class Failing(Documents):
        def fetch(self, url: str, accept: str) -> Any:
            if "/v3/" in url:
                raise SourceError(
                    FailureKind.TRANSIENT, url, "the server has a passing problem (HTTP 500)", answered=500
                )
            return super().fetch(url, accept)

    with pytest.raises(SourceError) as caught:
        GALLICA.open(BOOK, Failing()).read(_ref())
    assert caught.value.kind is FailureKind.TRANSIENT


def test_the_manners_are_known_before_anything_is_asked() -> None:
    profiles = [profile for spec in PluginHost().sources.values() for profile in spec.hosts]
    manners = profile_of("gallica.bnf.fr", profiles)
    assert manners.pause(True, 0.1, 0.0) >= 12
    assert 403 in manners.blocked
    assert profile_of("openapi.bnf.fr", profiles) is manners


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("ark:/12148/btv1b8490076p", Location("arks", (BOOK,))),
        ("https://gallica.bnf.fr/ark:/12148/btv1b8490076p/f12.item", Location("arks", (BOOK,))),
        ("https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/manifest.json", Location("arks", (BOOK,))),
        (Addresses().manifest_3(BOOK), Location("arks", (BOOK,))),
        ("gallica:dc.title all ballon", Location("query", text="dc.title all ballon")),
        ("https://gallica.bnf.fr/SRU?operation=searchRetrieve&query=a%20b", Location("query", text="a b")),
        ("gallica:set:gallica:corpus:1418", Location("set", text="gallica:corpus:1418")),
        (f"{Addresses().oai}?verb=ListRecords&set=gallica:corpus:1418", Location("set", text="gallica:corpus:1418")),
    ],
)  # fmt: skip
def test_locations(location: str, expected: Location) -> None:
    assert recognises(location)
    assert parse(location) == expected
    assert PluginHost().source_for(location).name == "gallica"


@pytest.mark.parametrize(
    "location",
    ["https://example.org/manifest.json", "/tmp", "https://gallica.bnf.fr/html/und/conditions", "arks.doc", "ark:/1/a"],
)
def test_what_is_not_gallicas(location: str) -> None:
    assert not recognises(location)


def test_the_contract_of_sources(replica: Any) -> None:
    documents = {f"{replica.url}/iiif/{BOOK}/manifest.json": ("application/json", replica.manifest_2(BOOK))}
    check_source(
        GALLICA,
        BOOK,
        context=Documents(documents),
        foreign=["https://example.org/a"],
        broken=["gallica:", "ark:/12148/x"],
    )


def test_addresses() -> None:
    assert arks_of(f"{BOOK} {PAPER} {BOOK}/f1") == [BOOK, PAPER]
    assert ark_of("ark:/67890/abc") is None
    assert view_of(None, "https://e.org/a", "https://e.org/f12/full/max") == 12
    assert Addresses().canvases(BOOK, 3)[1] == f"https://gallica.bnf.fr/iiif/{BOOK}/canvas/f3"
