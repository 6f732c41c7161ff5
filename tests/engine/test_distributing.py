"""Hits over time, by collection and by place, counted by hand on a small archive."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import update

from snoop_flow import Workspace
from snoop_flow.cli import run
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.reports import TimeBin
from snoop_flow.store.schema import record

DESCRIBED = {
    "discs": (("Date", "1851-1860"), ("Lieu", "Paris")),
    "frames": (("Date", "1850s"), ("Place", "[London]")),
    "stripes": (("Date", "s.d."), ("Lieu", "Paris")),
}


@pytest.fixture
def dated(archive: Workspace, items_of: Callable[[str], list[str]]) -> Workspace:
    """Three documents of 12 images; the class finds 12 discs, of which two are accepted and one is rejected."""
    discs, frames = items_of("discs"), items_of("frames")
    with archive.catalogue.write() as connection:
        for row in connection.execute(record.select()).all():
            lines = [[{"none": [label]}, {"none": [value]}] for label, value in DESCRIBED[row.label["none"][0]]]
            connection.execute(update(record).where(record.c.id == row.id).values(metadata=lines))
    made = archive.create_class("Discs", positives=discs[:4])
    archive.mark(made.id, dict.fromkeys(frames[:4], -1), op_id="no")
    archive.fit(made.id)
    archive.enrich([made.id], threshold=-100.0, everything=True)
    numbers = {one.item for one in archive.predictions(made.id, limit=100)}
    archive.review(made.id, reject=sorted(numbers - set(discs)), accept=discs[:6])
    return archive


def test_hits_are_counted_in_equal_parts_of_their_years(dated: Workspace) -> None:
    found = dated.distribution("Discs")
    assert (found.whole.images, found.whole.hits, found.whole.rate) == (36, 12, round(12 / 36, 6))
    assert (found.width, found.bins[0].first, found.bins[-1].last) == (1, 1850, 1860)
    assert found.bins[0] == TimeBin(1850, 1850, 1.2, 0.0, 0.0)
    assert found.bins[1] == TimeBin(1851, 1851, 2.4, 1.2, 0.5)
    assert found.bins[-1] == TimeBin(1860, 1860, 1.2, 1.2, 1.0)
    assert round(sum(one.hits for one in found.bins), 6) == 12
    assert (found.undated.images, found.undated.hits) == (12, 0)


def test_places_and_collections_are_counted_beside_what_could_be_found(dated: Workspace) -> None:
    found = dated.distribution("Discs", policy="accepted")
    assert [(one.title, one.images, one.hits) for one in found.places] == [("Paris", 24, 6), ("London", 12, 0)]
    assert [(one.name, one.images, one.hits) for one in found.collections] == [("drawn", 36, 6)]
    assert found.precision is None
    assert dated.distribution("Discs", collection="drawn").whole.images == 36


def test_what_is_asked_wrongly_is_told(dated: Workspace) -> None:
    with pytest.raises(UsageError, match="policy 'some': is one of accepted, all"):
        dated.distribution("Discs", policy="some")
    with pytest.raises(NotFoundError):
        dated.distribution("Discs", collection="nowhere")


def test_the_precision_of_blind_answers_stands_beside(dated: Workspace, items_of: Callable[[str], list[str]]) -> None:
    assert dated.distribution("Discs").needed == 30
    discs = set(items_of("discs"))
    for _ in range(3):
        sheet = dated.audit_next("Discs", 10)
        dated.audit_answers("Discs", {card.item: 1 if card.item in discs else -1 for card in sheet.cards})
    found = dated.distribution("Discs")
    report = dated.audit_report("Discs")
    assert report.figures is not None
    assert found.needed == report.needed
    assert found.precision == report.figures.precision


def test_a_class_without_hits_has_no_bins_to_show(archive: Workspace) -> None:
    archive.create_class("Empty")
    found = archive.distribution("Empty")
    assert (found.whole.hits, found.whole.images, found.bins) == (0, 36, ())


def test_the_command_draws_and_counts(dated: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["class", "distribution", "Discs", "--workspace", str(dated.folder)]
    assert run(arguments) == 0
    shown = capsys.readouterr().out
    assert "12 of 36 images" in shown
    assert "place Paris: 12 of 24 images, 50.0%" in shown
    assert run([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["whole"]["hits"] == 12
