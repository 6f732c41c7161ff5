"""What a class took: of people's time and of computing, and what marking everything would have taken.

Computing is kept with the version that it was done for: fitting it, scoring the corpus to choose what to show,
enriching with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection

from snoop_flow.entities import ClassModel, Job
from snoop_flow.frugality import Cost, Meter, metered
from snoop_flow.reports import ClassCost
from snoop_flow.store import classes
from snoop_flow.workspace import Workspace

PAUSE = 120.0  # seconds between two marks beyond which the curator was doing something else
LEAST_MARKS, LEAST_SECONDS = 10, 30.0  # from which on a pace can be told; marks of programs have none


@contextmanager
def metered_for(workspace: Workspace) -> Iterator[Meter]:
    """Meter a block of work for a class."""
    with metered(workspace.settings.watts_per_core) as meter:
        yield meter


def charge_enrichment(connection: Connection, job: Job, report: Mapping[str, Any], cost: Cost) -> None:
    """Enter what an enrichment took with the versions of its classes, with each as much as was scored for it."""
    costs = {}
    for one in report["classes"]:
        share = one["scored"] / report["scored"] if report["scored"] else 1 / len(report["classes"])
        each = {**cost.share(share).as_json(), "items_scored": one["scored"]}
        costs[one["visual_class"], one["version"]] = each
    classes.add_costs(connection, costs)


def class_cost(models: Sequence[ClassModel], times: Mapping[str, Sequence[datetime]], items: int) -> ClassCost:
    """What all versions and marks of a class took.

    Args:
        times: when marks were made, by user.
        items: of the corpus, all of which would have to be marked otherwise.
    """
    computing = sum((Cost.of(model.cost) for model in models), Cost())
    marks, seconds = sum(map(len, times.values())), seconds_of(times)
    pace = seconds / marks if marks >= LEAST_MARKS and seconds >= LEAST_SECONDS else None
    return ClassCost(
        marks=marks,
        minutes=round(seconds / 60, 1),
        seconds_per_mark=None if pace is None else round(pace, 2),
        seconds=round(computing.seconds, 3),
        items_scored=sum(int(model.cost.get("items_scored", 0)) for model in models),
        joules=round(computing.joules, 2),
        method=computing.method,
        items=items,
        exhaustive_hours=None if pace is None else round(items * pace / 3600, 2),
    )


def seconds_of(times: Mapping[str, Sequence[datetime]]) -> float:
    """Seconds of work that marks at these times, by user, stand for; longer pauses count as `PAUSE` seconds."""
    return sum(
        min((after - before).total_seconds(), PAUSE)
        for one in times.values()
        for before, after in pairwise(sorted(one))
    )
