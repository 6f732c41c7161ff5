"""Bands of scores: a sample without regard to scores, and acceptance only after it was looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from snoop_flow import Workspace
from snoop_flow.entities import Status
from snoop_flow.errors import ConflictError, UsageError
from snoop_flow.learning import wilson

Items = Callable[[str], list[str]]
ALL = (-10.0, 10.0)


@pytest.fixture
def enriched(archive: Workspace, items_of: Items) -> str:
    """A class that proposes everything, of which nothing is decided but the marked ones."""
    made = archive.create_class("Discs", positives=items_of("discs")[:2])
    archive.mark(made.id, dict.fromkeys(items_of("frames")[:2], -1), op_id="first")
    archive.fit(made.id)
    archive.enrich([made.id], threshold=-9)
    archive.review(made.id, reset=[card.item for card in archive.predictions(made.id, limit=100)])
    return made.id


def test_a_band_is_accepted_only_after_its_sample(archive: Workspace, enriched: str) -> None:
    (band,) = archive.band_reports(enriched, 20.0)[:1]
    low, high = band.within
    with pytest.raises(ConflictError, match="look at"):
        archive.accept_band(enriched, band.within)
    needed = band.needed
    while needed:
        cards = archive.band_sample(enriched, (low, high), needed)
        archive.review(enriched, accept=[card.item for card in cards[1:]], reset=[], reject=[cards[0].item])
        needed = archive.band_reports(enriched, 20.0)[0].needed
    report = archive.band_reports(enriched, 20.0)[0]
    assert report.sampled >= min(20, sum(report.counts.values()))
    assert report.interval[0] < report.right / report.sampled < report.interval[1]
    left = report.counts[Status.PROPOSED]
    assert archive.accept_band(enriched, report.within) == left
    after = archive.band_reports(enriched, 20.0)[0]
    assert after.counts[Status.PROPOSED] == 0
    assert (after.sampled, after.right) == (report.sampled, report.right)  # what was accepted unseen tells nothing


def test_looking_elsewhere_in_a_band_does_not_count_as_its_sample(archive: Workspace, enriched: str) -> None:
    sample = {card.item for card in archive.band_sample(enriched, ALL, 5)}
    others = [card.item for card in archive.predictions(enriched, limit=100) if card.item not in sample]
    archive.review(enriched, accept=others)
    assert sum(band.sampled for band in archive.band_reports(enriched, 20.0)) < len(others)


def test_the_sample_does_not_follow_the_scores(archive: Workspace, enriched: str) -> None:
    order = [card.score or 0.0 for card in archive.band_sample(enriched, ALL, 100)]
    assert order not in (sorted(order), sorted(order, reverse=True))
    assert [card.item for card in archive.band_sample(enriched, ALL, 9)] == [
        card.item for card in archive.band_sample(enriched, ALL, 100)[:9]
    ]


def test_bands_have_a_width(archive: Workspace, enriched: str) -> None:
    with pytest.raises(UsageError, match="above 0"):
        archive.band_reports(enriched, 0)


def test_wilsons_interval() -> None:
    low, high = wilson(18, 20)
    assert (round(low, 3), round(high, 3)) == (0.699, 0.972)
    assert wilson(20, 20)[1] == pytest.approx(1)
    assert wilson(0, 20)[0] == pytest.approx(0)
