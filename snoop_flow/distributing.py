"""Where in time, collections and places a class's hits lie: counts for historians, relative to the corpus.

Dates and places are read from the documents' metadata (`snoop_flow.metadata`). An image dated to a period counts in
equal parts for each of its years (aoristic sums: I. Johnson, "Aoristic analysis", 2004), so that `XIXe siècle` neither
is lost nor makes a peak in one year. What a class proposes is a prediction; where blind answers tell its precision, the
figures say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from snoop_flow.classes.auditing import audits
from snoop_flow.classes.estimating import audit_report
from snoop_flow.errors import UsageError
from snoop_flow.learning import LEAST_ANSWERS
from snoop_flow.metadata import dating, places
from snoop_flow.publishing.running import POLICIES
from snoop_flow.reports import Distribution, Figure, Part, TimeBin
from snoop_flow.store import classes, collections
from snoop_flow.store import distribution as store
from snoop_flow.workspace import Workspace

WIDTHS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
MOST_BINS = 40
MOST_PLACES = 25
OUTLIERS = 0.005  # share of the dated images that may lie before or after the bins, unless the class found them


def distribution(
    workspace: Workspace, name: str, *, policy: str = "all", collection: str | None = None, language: str = ""
) -> Distribution:
    """Where the hits of a class lie, beside all images that it could find.

    Args:
        policy: `accepted` counts what people accepted, `all` also what the class proposes.
        collection: slug of the only collection to count in.
        language: of places, where the metadata has them in several.

    Raises:
        NotFoundError: no such class or collection.
        UsageError: unknown policy.
    """
    if policy not in POLICIES:
        raise UsageError(f"policy {policy!r}: is one of {', '.join(POLICIES)}")
    tally = _Tally()
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        scope = collections.by_slug(connection, collection).id if collection else None
        known = {one.collection.id: one.collection for one in collections.counts(connection)}
        images = store.images_by_record(connection, found.set_id)
        hits = store.hits_by_record(connection, found.id, POLICIES[policy])
        for row in store.described(connection, scope):
            if row.id in images:
                tally.add(row.collection_id, row.metadata, images[row.id], hits.get(row.id, 0), language)
    width, bins = _bins(tally)
    precision, needed = _precision(workspace, found.id) if policy == "all" and collection is None else (None, 0)
    dated = _sum("", "", ((one.images, one.hits) for one in bins))
    return Distribution(
        visual_class=found.name,
        version=found.version,
        policy=policy,
        whole=(whole := _sum("", "", tally.collections.values())),
        width=width,
        bins=bins,
        undated=_part("", "", _rest(whole.images - dated.images), _rest(whole.hits - dated.hits)),
        unplaced=_part("", "", *tally.unplaced),
        collections=tuple(
            sorted(
                (_part(known[id_].slug, known[id_].title, *both) for id_, both in tally.collections.items()),
                key=lambda one: (-one.hits, one.name),
            )
        ),
        places=_frequent(tally.places),
        precision=precision,
        needed=needed,
    )


def _nothing() -> list[float]:
    return [0.0, 0.0]


@dataclass(slots=True)
class _Tally:
    """Sums of images and hits, record by record."""

    collections: dict[str, list[float]] = field(default_factory=lambda: defaultdict(_nothing))
    places: dict[str, list[float]] = field(default_factory=lambda: defaultdict(_nothing))
    periods: dict[tuple[int, int], list[float]] = field(default_factory=lambda: defaultdict(_nothing))
    unplaced: list[float] = field(default_factory=_nothing)

    def add(
        self, collection: str, metadata: list[list[Mapping[str, list[str]]]], images: int, hits: int, language: str
    ) -> None:
        lines = [(label, value) for label, value in metadata]
        named = places(lines, language)
        counted = [self.collections[collection], *(self.places[place] for place in named)]
        counted += [] if named else [self.unplaced]
        told = dating(lines)
        if told and told.period and (closed := told.period.closed):
            counted.append(self.periods[closed])
        for sums in counted:
            sums[0] += images
            sums[1] += hits


def _precision(workspace: Workspace, class_id: str) -> tuple[Figure | None, int]:
    """Of what an enrichment at the class's threshold gives; and how many answers are missing to tell it."""
    if not any(one.answered for one in audits(workspace, class_id)):
        return None, LEAST_ANSWERS
    report = audit_report(workspace, class_id)
    return report.figures.precision if report.figures else None, report.needed


def _bins(tally: _Tally) -> tuple[int, tuple[TimeBin, ...]]:
    """Bins of a round number of years, as few as can be looked at."""
    if not tally.periods:
        return 1, ()
    first, last = _range(tally)
    width = next((one for one in WIDTHS if last // one - first // one < MOST_BINS), WIDTHS[-1])
    start = first // width
    sums = [_nothing() for _ in range(last // width - start + 1)]
    for (low, high), (images, hits) in tally.periods.items():
        for place in range(max(low // width, start), min(high // width, start + len(sums) - 1) + 1):
            edge = place * width
            share = (min(high, edge + width - 1) - max(low, edge) + 1) / (high - low + 1)
            sums[place - start][0] += share * images
            sums[place - start][1] += share * hits
    edges = [(start + place) * width for place in range(len(sums))]
    return width, tuple(
        TimeBin(edge, edge + width - 1, round(images, 3), round(hits, 3), _rate(images, hits))
        for edge, (images, hits) in zip(edges, sums, strict=True)
    )


def _range(tally: _Tally) -> tuple[int, int]:
    """The years from nearly the first image to nearly the last, and all that were found."""
    images = {period: sums[0] for period, sums in tally.periods.items()}
    found = [period for period, (_, hits) in tally.periods.items() if hits]
    starts = sorted((low, count) for (low, _), count in images.items())
    ends = sorted(((high, count) for (_, high), count in images.items()), reverse=True)
    few = OUTLIERS * sum(images.values())
    return min([_beyond(starts, few), *(low for low, _ in found)]), max(
        [_beyond(ends, few), *(high for _, high in found)]
    )


def _beyond(ends: Iterable[tuple[int, float]], few: float) -> int:
    """The first year, seen from outside, with which more than a few images are passed."""
    passed = 0.0
    for year, count in ends:  # noqa: B007 - the year at which it stops is the answer
        passed += count
        if passed > few:
            break
    return year


def _frequent(named: Mapping[str, list[float]]) -> tuple[Part, ...]:
    parts = sorted(
        (_part(name, name, *both) for name, both in named.items()), key=lambda one: (-one.hits, -one.images, one.name)
    )
    return tuple(parts[:MOST_PLACES])


def _sum(name: str, title: str, parts: Iterable[Iterable[float]]) -> Part:
    images, hits = (sum(one) for one in zip(*parts, strict=True)) if (parts := list(parts)) else (0.0, 0.0)
    return _part(name, title, images, hits)


def _part(name: str, title: str, images: float, hits: float) -> Part:
    return Part(name, title, round(images, 3), round(hits, 3), _rate(images, hits))


def _rest(number: float) -> float:
    """What is left, without the crumbs of rounding."""
    return round(max(number, 0.0), 1)


def _rate(images: float, hits: float) -> float | None:
    return round(hits / images, 6) if images > 1e-9 else None
