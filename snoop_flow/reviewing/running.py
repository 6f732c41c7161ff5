"""Review: people's verdicts on what a class proposes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from snoop_flow.cards import cards
from snoop_flow.entities import Status
from snoop_flow.errors import UsageError
from snoop_flow.reports import Card, ReviewReport
from snoop_flow.store import classes, failures, items, marks, predictions
from snoop_flow.workspace import Workspace


def review(
    workspace: Workspace,
    name: str,
    *,
    accept: Sequence[str] = (),
    reject: Sequence[str] = (),
    reset: Sequence[str] = (),
    accept_above: float | None = None,
    user: str | None = None,
) -> ReviewReport:
    """Keep verdicts on predictions of a class, item by item or above a score.

    Raises:
        NotFoundError: no such class or item.
        UsageError: an item has no prediction of this class, or is both accepted and rejected, or `accept_above` is no
            number.
    """
    if both := set(accept) & set(reject):
        raise UsageError(f"item {min(both)} is both accepted and rejected; decide for one")
    if accept_above is not None and math.isnan(accept_above):
        raise UsageError("score nan: give the lowest score that is accepted as a number")
    author = workspace.user(user)
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        for ids, status, by in (
            (accept, Status.ACCEPTED, author.id),
            (reject, Status.REJECTED, author.id),
            (reset, Status.PROPOSED, None),
        ):
            numbers = [item.number for item in items.by_ids(connection, list(ids))]
            if predictions.decide(connection, found.id, numbers, status, by) < len(set(numbers)):
                raise UsageError(f"not every item named has a prediction of class {found.name}; run: snoop-flow enrich")
        if accept_above is not None:
            predictions.decide_above(connection, found.id, accept_above, author.id)
        detail = {"accepted": len(accept), "rejected": len(reject), "above": accept_above}
        failures.log_event(connection, "predictions.reviewed", found.id, author.id, detail)
        counts = predictions.counts(connection, found.id)
    return ReviewReport(counts[Status.ACCEPTED], counts[Status.REJECTED], counts[Status.PROPOSED])


def predicted(
    workspace: Workspace,
    name: str,
    *,
    status: str | None = None,
    limit: int = 60,
    offset: int = 0,
    below: float | None = None,
    above: float | None = None,
) -> tuple[Card, ...]:
    """Predictions of a class as cards, by falling score, within a band of scores.

    Raises:
        UsageError: no such status, or `limit` or `offset` is out of range.
    """
    if limit < 1 or offset < 0:
        raise UsageError(f"limit {limit}, offset {offset}: must be at least 1 and 0")
    wanted = None if status is None else _status(status)
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        page = predictions.page(connection, found.id, wanted, limit, offset, below, above)
        present = marks.current(connection, found.id, [one.item for one in page])
    return cards(
        workspace,
        [one.item for one in page],
        [one.score for one in page],
        marks=present,
        statuses={one.item: one.status for one in page},
    )


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError as error:
        raise UsageError(f"status {text!r}: is one of {', '.join(Status)}") from error


def bands(workspace: Workspace, name: str, width: float = 0.25) -> list[tuple[float, dict[Status, int]]]:
    """(lower score, counts by status) of score bands, the highest first; raises `UsageError` for a width of nothing."""
    checked_width(width)
    with workspace.catalogue.read() as connection:
        return predictions.bands(connection, classes.find(connection, name).id, width)


def checked_width(width: float) -> None:
    """Raise `UsageError` where bands would have no width."""
    if not 0 < width < math.inf:
        raise UsageError(f"width {width:g} of score bands: must be a number above 0")
