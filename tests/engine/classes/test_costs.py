"""What a class and its jobs took: kept with its versions, shared among classes, told to people."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from snoop_flow import Workspace, jobs
from snoop_flow.classes.costs import class_cost, seconds_of
from snoop_flow.cli import run
from snoop_flow.frugality import Cost
from snoop_flow.store import classes, schema

Find = Callable[[str], list[str]]
START = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def taught(archive: Workspace, items_of: Find) -> Workspace:
    archive.create_class("Stripes", positives=items_of("stripes")[:2])
    archive.mark("Stripes", {items_of("discs")[0]: -1}, op_id="a")
    archive.fit("Stripes")
    return archive


def _kept(workspace: Workspace, name: str = "Stripes") -> dict[str, Any]:
    with workspace.catalogue.read() as connection:
        model = classes.model(connection, classes.find(connection, name).id)
    assert model is not None
    return dict(model.cost)


def test_fits_and_suggestions_are_kept_with_the_version(taught: Workspace) -> None:
    fitted = _kept(taught)
    assert fitted["joules"] > 0
    assert fitted["method"].startswith(("processor-time:12", "rapl"))
    taught.suggest("Stripes")
    suggested = _kept(taught)
    assert suggested["items_scored"] == fitted["items_scored"] + 36
    assert suggested["joules"] > fitted["joules"]
    assert suggested["method"] == fitted["method"]
    taught.suggest("Stripes", record=False)
    assert _kept(taught) == suggested


def test_an_enrichment_is_shared_by_its_classes(taught: Workspace, items_of: Find) -> None:
    taught.create_class("Discs", positives=items_of("discs")[:2])
    taught.fit("Discs")
    before = {name: _kept(taught, name) for name in ("Stripes", "Discs")}
    report = taught.enrich(["Stripes", "Discs"])
    job = taught.job(report.job)
    assert "cost" not in job.report
    assert report.cost == job.cost
    gained = [_kept(taught, name)["joules"] - before[name]["joules"] for name in before]
    assert gained == pytest.approx([job.cost["joules"] / 2] * 2, abs=1e-3)
    assert _kept(taught)["items_scored"] == before["Stripes"]["items_scored"] + 36


def test_every_job_says_what_it_took(archive: Workspace) -> None:
    jobs = {job.kind: job for job in archive.jobs()}
    assert set(jobs) == {"harvest", "embed", "index"}
    for job in jobs.values():
        assert job.cost["joules"] > 0
        assert job.cost["seconds"] > 0
    # pictures are decoded by helpers, whose time counts
    assert jobs["embed"].cost["cpu_seconds"] > 0


def test_units_that_several_processes_did_are_added_up(archive: Workspace, items_of: Find) -> None:
    archive.create_class("Discs", positives=items_of("discs")[:2])
    archive.fit("Discs")
    parameters = {"names": [archive.class_summary("Discs").visual_class.id], "collection": None, "threshold": None}
    job = jobs.create(archive, "enrich", parameters)
    units = archive.plan_job(job.id)
    with Workspace.open(archive.folder) as elsewhere:
        for unit in units:
            elsewhere.do_unit(unit)
    heavy = {"seconds": 100.0, "cpu_seconds": 50.0, "joules": 600.0, "method": "processor-time:12"}
    with archive.catalogue.write() as connection:  # as one of another machine, which took long, would have left it
        mine = (schema.unit.c.job_id == job.id) & (schema.unit.c.number == units[0].number)
        left = connection.execute(select(schema.unit.c.report).where(mine)).scalar_one()
        assert left["cost"]["joules"] > 0
        connection.execute(update(schema.unit).where(mine).values(report={**left, "cost": heavy}))
    done = archive.finish_job(job.id)
    assert done.cost["joules"] >= 600
    assert archive.class_summary("Discs").cost.joules >= 600


def test_the_pace_is_told_from_marks_of_people_only() -> None:
    times = {"ada": [START + timedelta(seconds=4 * n) for n in range(31)]}
    cost = class_cost([], times, 25_000)
    assert (cost.marks, cost.minutes) == (31, 2.0)
    assert cost.seconds_per_mark == pytest.approx(120 / 31, abs=0.01)
    assert cost.exhaustive_hours == pytest.approx(25_000 * 120 / 31 / 3600, abs=0.01)
    by_program = {"ada": [START] * 500}
    assert class_cost([], by_program, 25_000).exhaustive_hours is None
    assert class_cost([], {"ada": times["ada"][:3]}, 25_000).seconds_per_mark is None


def test_pauses_and_people_are_told_apart() -> None:
    first = [START, START + timedelta(seconds=10), START + timedelta(hours=5)]
    other = [START + timedelta(seconds=3), START + timedelta(seconds=7)]
    assert seconds_of({"ada": first}) == 10 + 120
    assert seconds_of({"ada": first, "bob": other}) == 10 + 120 + 4  # not one after the other
    assert seconds_of({}) == 0


def test_commands_tell_what_was_taken(taught: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--workspace", str(taught.folder)]
    taught.enrich(["Stripes"])
    assert run(["class", "show", "Stripes", *folder]) == 0
    assert "3 marks, 0 minutes, " in (text := capsys.readouterr().out)
    assert "J of computing (" in text
    assert "everything" not in text
    assert run(["jobs", *folder]) == 0
    assert "enrich, done, 2 of 2 units; " in capsys.readouterr().out
    assert run(["jobs", "--json", *folder]) == 0
    assert Cost.of(json.loads(capsys.readouterr().out)["jobs"][0]["cost"]).joules > 0
    assert run(["enrich", "Stripes", *folder]) == 0
    assert re.search(r"\nTook \d+\.\d s of work and \d", capsys.readouterr().out)
