"""Review by bands of scores: a sample of each is looked at before the rest of it is accepted.

The sample of a band is the beginning of a fixed order of its predictions that has nothing to do with their scores, so
it need not be kept, and everybody goes on with the same one. Only its unbroken beginning counts: what people happen to
have looked at elsewhere says nothing of the band. Verdicts that accepted a band are left out of it.
"""

from __future__ import annotations

import math
import zlib
from itertools import takewhile

from snoop_flow.cards import cards
from snoop_flow.entities import Status
from snoop_flow.errors import ConflictError
from snoop_flow.learning import wilson
from snoop_flow.reports import BandReport, Card
from snoop_flow.reviewing.running import checked_width
from snoop_flow.store import classes, failures, marks, predictions
from snoop_flow.workspace import Workspace

LEAST_SAMPLED = 20
MOST_SAMPLED = 400
WIDTH = 0.25
ACCEPTED = "predictions.band_accepted"
Range = tuple[float, float]


def band_reports(workspace: Workspace, name: str, width: float = WIDTH) -> list[BandReport]:
    """The bands of a class's predictions, the highest first, with what their samples tell.

    Raises:
        NotFoundError: no such class.
        UsageError: the width is no number above 0.
    """
    checked_width(width)
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        kept = predictions.bands(connection, found.id, width)
        bulk = failures.moments(connection, ACCEPTED, found.id)
        reports = []
        for low, counts in kept:
            within = (low, low + width)
            order = predictions.shuffled(connection, found.id, within, _salt(found.id), MOST_SAMPLED)
            judged = list(takewhile(lambda one: one.decided_at and one.decided_at not in bulk, order))
            right = sum(one.status is Status.ACCEPTED for one in judged)
            interval = wilson(right, len(judged)) if judged else (0.0, 1.0)
            least = min(LEAST_SAMPLED, sum(counts.values()))
            reports.append(BandReport(within, counts, len(judged), right, interval, max(least - len(judged), 0)))
    return reports


def band_sample(workspace: Workspace, name: str, within: Range, count: int = LEAST_SAMPLED) -> tuple[Card, ...]:
    """What is to be looked at next of a band's sample, with the marks of the class."""
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        order = predictions.shuffled(connection, found.id, within, _salt(found.id), MOST_SAMPLED)
        wanted = [one for one in order if one.status is Status.PROPOSED][:count]
        present = marks.current(connection, found.id, [one.item for one in wanted])
    scores = [one.score for one in wanted]
    statuses = {one.item: one.status for one in wanted}
    return cards(workspace, [one.item for one in wanted], scores, marks=present, statuses=statuses)


def accept_band(workspace: Workspace, name: str, within: Range, *, user: str | None = None) -> int:
    """Accept what nobody decided in a band whose sample was looked at; returns how many.

    Raises:
        NotFoundError: no such class.
        ConflictError: too few of the band were looked at.
    """
    low, high = within
    report = next((one for one in band_reports(workspace, name, high - low) if math.isclose(one.within[0], low)), None)
    if report is None or report.needed:
        needed = report.needed if report else LEAST_SAMPLED
        raise ConflictError(
            f"scores {low:.2f} to {high:.2f}: look at {needed} more of the sample of this band before you accept it"
        )
    author = workspace.user(user)
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        count, at = predictions.accept_within(connection, found.id, report.within, author.id)
        detail = {
            "low": low,
            "high": high,
            "accepted": count,
            "sampled": report.sampled,
            "right": report.right,
            "moment": at.isoformat(),
        }
        failures.log_event(connection, ACCEPTED, found.id, author.id, detail)
    return count


def _salt(class_id: str) -> int:
    return zlib.crc32(class_id.encode())
