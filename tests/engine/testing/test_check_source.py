"""The suite finds each way in which a source can break its contract."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.plugin_types import (
    HarvestSource,
    ItemDraft,
    ListingFailure,
    RecordDraft,
    RecordRef,
    SourceContext,
    SourceSpec,
)
from snoop_flow.testing import Documents, check_source

LIST = "list:https://archive.example.org/list.json"
SERVED = Documents(
    {
        "https://archive.example.org/list.json": ("application/json", json.dumps(["a", "b", "c"]).encode()),
        "https://archive.example.org/empty.json": ("application/json", b"[]"),
        "https://archive.example.org/odd.json": ("application/json", b"{"),
    }
)
ITEM = ItemDraft("1", {"none": ("f. 1",)}, 40, 30, {"url": "https://archive.example.org/1.jpg"}, "digest-1")
DRAFT = RecordDraft("a", {"fr": ("Carte",)}, "digest", (ITEM, replace(ITEM, key="2", selector="xywh=0,0,20,10")))


class ListSource:
    """Records named in a JSON list."""

    def __init__(self, location: str, context: SourceContext) -> None:
        self._url, self._context = location.removeprefix("list:"), context

    def list(self) -> Iterator[RecordRef | ListingFailure]:
        body = self._context.fetch(self._url, "application/json").body
        try:
            names = json.loads(body)
        except ValueError as error:
            raise SourceError(FailureKind.INVALID, self._url, "not valid JSON") from error
        if not names:
            raise SourceError(FailureKind.INVALID, self._url, "lists nothing")
        for name in names:
            yield RecordRef(name, {"title": name.upper()})

    def read(self, ref: RecordRef) -> RecordDraft:
        return replace(DRAFT, key=ref.uri, label={"fr": (ref.hint["title"],)})


GOOD = SourceSpec("list", "A JSON list", lambda location: location.startswith("list:"), ListSource)


def _lists(*listed: object) -> SourceSpec:
    class Listing(ListSource):
        def list(self) -> Iterator[RecordRef | ListingFailure]:
            yield from listed  # type: ignore[misc]

    return replace(GOOD, open=Listing)


def _reads(draft: RecordDraft) -> SourceSpec:
    class Reading(ListSource):
        def read(self, ref: RecordRef) -> RecordDraft:
            return draft

    return replace(GOOD, open=Reading)


def _item(**changes: object) -> SourceSpec:
    return _reads(replace(DRAFT, items=(replace(ITEM, **changes),)))  # type: ignore[arg-type]


class Counting(ListSource):
    """Takes the time of reading into its digest."""

    calls = 0

    def read(self, ref: RecordRef) -> RecordDraft:
        Counting.calls += 1
        return replace(super().read(ref), digest=str(Counting.calls))


def test_an_honest_source_passes() -> None:
    check_source(
        GOOD,
        LIST,
        context=SERVED,
        foreign=("https://archive.example.org/list.json", ""),
        broken=("list:https://archive.example.org/odd.json", "list:https://nowhere.example.org/"),
    )


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (replace(GOOD, recognises=lambda _: False), "does not recognise list:"),
        (replace(GOOD, recognises=lambda _: True), "recognises no-such-scheme"),
        (_lists(), "lists no record"),
        (_lists("a"), "list gave a str; it gives RecordRef and ListingFailure"),
        (_lists(RecordRef("a"), RecordRef("a")), "lists a record twice"),
        (_lists(RecordRef("a"), ListingFailure("b", "odd", "why")), "failed as 'odd', which is no FailureKind"),
        (_lists(RecordRef("a"), ListingFailure("b", "gone", "two\nlines")), "without a reason in one line"),
        (_lists(RecordRef("a", {"title": {"a", "b"}})), "hint cannot be kept as JSON"),
        (_reads(replace(DRAFT, digest="")), "needs a key and a digest"),
        (_reads(replace(DRAFT, label={})), "label must hold a text"),
        (_reads(replace(DRAFT, label={"fr": "Carte"})), "must map languages to sequences of texts"),  # type: ignore[dict-item]
        (_reads(replace(DRAFT, items=())), "neither items nor a problem"),
        (_reads(replace(DRAFT, items=(ITEM, ITEM))), "two items have the same key"),
        (_item(width=0), "size 0 × 30 must be whole and positive"),
        (_item(height=2.5), "size 40 × 2.5 must be whole"),
        (_item(image_digest=""), "needs an image_digest"),
        (_item(selector="10,20,30,40"), "must be xywh=… or t=…"),
        (_item(image={"box": (1, 2)}), "must be kept as JSON"),
        (_item(image={}), "must be kept as JSON"),
        (replace(GOOD, open=Counting), "read again, unchanged, it differs"),
    ],
)
def test_a_broken_source_is_named(spec: SourceSpec, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_source(spec, LIST, context=SERVED)


def _raises(error: Exception) -> SourceSpec:
    def open_(location: str, context: SourceContext) -> HarvestSource:
        if "odd" in location:
            raise error
        return ListSource(location, context)

    return replace(GOOD, open=open_)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (_raises(KeyError("items")), "raises KeyError; a source raises SourceError only"),
        (_raises(SourceError(FailureKind.INVALID, "x", "two\nlines")), "fails without a reason in one line"),
    ],
)
def test_broken_locations_must_fail_clearly(spec: SourceSpec, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_source(spec, LIST, context=SERVED, broken=("list:https://archive.example.org/odd.json",))


def test_a_broken_location_that_is_read_is_told() -> None:
    with pytest.raises(AssertionError, match="is broken, but no SourceError says so"):
        check_source(GOOD, LIST, context=SERVED, broken=(LIST,))
