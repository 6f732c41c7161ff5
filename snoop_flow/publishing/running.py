"""Publishing: accepted predictions → annotations with stable ids.

An annotation's id is derived from class, version and item, so publishing twice gives the same. What no prediction
supports any more is withdrawn and stays as a tombstone; it is never overwritten. What is kept are facts; the profiles
of IIIF and W3C are built from them when they are asked for.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.metadata import version as distribution_version
from math import ceil, floor
from typing import Any

from sqlalchemy import Connection

from snoop_flow import jobs
from snoop_flow.cards import cards
from snoop_flow.classes.calibrating import calibration_of
from snoop_flow.entities import Annotation, Item, Job, Prediction, Status, Unit, VisualClass
from snoop_flow.errors import UsageError
from snoop_flow.films.publishing import stretches_of, to_publish
from snoop_flow.fragments import FRAME, time_of
from snoop_flow.images import parse_box
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.reports import Calibration, PublishPlan, PublishReport
from snoop_flow.settings import Settings
from snoop_flow.store import classes, items, predictions, published, records
from snoop_flow.store.items import Place
from snoop_flow.store.rows import now
from snoop_flow.workspace import Workspace
from snoop_iiif import AnnotationDraft, Software, Verdict, annotation_id

POLICIES: dict[str, tuple[Status, ...]] = {
    "accepted": (Status.ACCEPTED,),
    "all": (Status.ACCEPTED, Status.PROPOSED),
}


def publish(
    workspace: Workspace, names: Sequence[str], *, policy: str = "accepted", progress: Progress | None = None
) -> PublishReport:
    """Publish the predictions of classes as annotations.

    Args:
        names: classes, by name or id.
        policy: `accepted` publishes what people accepted, `all` also what the machine proposes.

    Raises:
        UsageError: unknown policy, or a class was never enriched.
    """
    with workspace.catalogue.read() as connection:
        ids = [classes.find(connection, name).id for name in names]
    job = jobs.run(workspace, PUBLISH, {"names": ids, "policy": policy}, progress)
    reported = {name: job.report[name] for name in _REPORTED}
    return PublishReport(job=job.id, cost=job.cost, **reported)


def publish_plan(workspace: Workspace, name: str, *, policy: str = "accepted", examples: int = 8) -> PublishPlan:
    """What `publish` would do, without doing it.

    Raises:
        NotFoundError: no such class.
        UsageError: unknown policy.
    """
    if policy not in POLICIES:
        raise UsageError(f"policy {policy!r}: is one of {', '.join(POLICIES)}")
    numbers: dict[str, list[int]] = {"new": [], "changed": [], "unchanged": []}
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        gone: list[int] = []
        for batch in to_publish(connection, found.id, POLICIES[policy], workspace.settings.segment_gap):
            rows = rows_to_publish(workspace, connection, found, batch.predictions, batch.times)
            for row, state in zip(rows, published.compared(connection, rows), strict=True):
                numbers[state].append(row["item"])
            gone += published.standing(connection, found.id, batch.merged)
        gone = list(dict.fromkeys([*gone, *published.unsupported(connection, found.id, POLICIES[policy])]))
    shown = [cards(workspace, some[:examples]) for some in (numbers["new"], numbers["changed"], gone)]
    return PublishPlan(len(numbers["new"]), len(numbers["changed"]), len(gone), len(numbers["unchanged"]), *shown)


_REPORTED = ("annotations", "changed", "withdrawn")


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    if job.parameters["policy"] not in POLICIES:
        raise UsageError(f"policy {job.parameters['policy']!r}: is one of {', '.join(POLICIES)}")
    if not job.parameters["names"]:
        raise UsageError("no class given; name the classes to publish")
    for name in job.parameters["names"]:
        with workspace.catalogue.read() as connection:
            found = classes.find(connection, name)
            counts = predictions.counts(connection, found.id)
        if not sum(counts.values()):
            raise UsageError(f"class {found.name} has no predictions; run: snoop-flow enrich {found.name!r}")
        yield {"class": found.id}


@contextmanager
def nothing_old_searched() -> Iterator[None]:
    """Spare what is alive already from the search for garbage while rows come and go by the thousand.

    Rows hold no cycles, but their number sets off the search, which then walks every library that is loaded. Work on
    several threads do no harm: whoever ends first only ends the saving.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    statuses = POLICIES[job.parameters["policy"]]
    changed = 0
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, unit.payload["class"])
        withdrawn = 0
        with nothing_old_searched():
            for batch in to_publish(connection, found.id, statuses, workspace.settings.segment_gap):
                rows = rows_to_publish(workspace, connection, found, batch.predictions, batch.times)
                with workspace.catalogue.write() as writing:
                    changed += published.publish(writing, rows)
                    withdrawn += published.withdraw(writing, found.id, batch.merged)
    with workspace.catalogue.write() as writing:
        withdrawn += published.withdraw_unsupported(writing, found.id, statuses)
        total = published.count(writing, found.id)
    return {"annotations": total, "changed": changed, "withdrawn": withdrawn}


def rows_to_publish(
    workspace: Workspace,
    connection: Connection,
    found: VisualClass,
    batch: Sequence[Prediction],
    times: Mapping[int, tuple[float, float]] | None = None,
) -> list[dict[str, Any]]:
    """The annotations of predictions as rows of the catalogue, whether they are there already or not.

    Args:
        times: seconds of a film that the statements on some items hold for.
    """
    known = items.places(connection, [one.item for one in batch])
    stretches = {**stretches_of(connection, known), **(times or {})}
    parents = records.uris(connection, [item.record_id for item in known.values()])
    at = now()
    told = {version: _calibration(connection, found, version) for version in {one.version for one in batch}}
    rows = []
    for one in batch:
        item = known[one.item]
        confidence = _confidence(one.score, told[one.version])
        stated = parents[item.record_id]
        # pictures of a web archive come without a manifest: ours is the only one that shows them
        manifest = stated if stated.startswith("http") else wrapper_uri(workspace.settings, item.record_id)
        facts = _facts(workspace.settings, found, one, item, manifest) | confidence
        facts["time"] = list(stretches[one.item]) if one.item in stretches else facts["time"]
        values = {"class_id": found.id, "version": one.version, "item": one.item, "content": facts}
        dates = {"created_at": at, "modified_at": at, "withdrawn_at": None}
        rows.append({"id": local_id(workspace.settings, facts["id"]), **values, **dates})
    return rows


def _calibration(connection: Connection, found: VisualClass, version: int) -> Calibration | None:
    model = classes.model(connection, found.id, version)
    return None if model is None else calibration_of(model)


def _confidence(score: float, calibration: Calibration | None) -> dict[str, Any]:
    """From 0 to 1: a probability where blind answers have calibrated the version, else the logistic of the score."""
    value = (calibration or _UNCALIBRATED).probability(score)
    return {"score": round(value, 4), "calibrated": calibration is not None}


_UNCALIBRATED = Calibration(1.0, 0.0, 0)


def annotations_url(settings: Settings) -> str:
    """The address below which annotations are served."""
    return f"{settings.public_url.rstrip('/')}/annotations"


def wrapper_uri(settings: Settings, record_id: str) -> str:
    """The address of our manifest about a record of another institution."""
    return f"{settings.public_url.rstrip('/')}/iiif/annotated/{record_id}"


def extension_context(settings: Settings) -> str:
    """The address of the context for confidence and provenance."""
    return f"{settings.public_url.rstrip('/')}/ns/snoop-flow.json"


def local_id(settings: Settings, uri: str) -> str:
    """What the catalogue calls an annotation: its URI below `annotations_url`."""
    return uri.removeprefix(f"{annotations_url(settings)}/")


def _facts(settings: Settings, found: VisualClass, one: Prediction, item: Place, manifest_uri: str) -> dict[str, Any]:
    """What an annotation says, without its own dates: the same facts give the same annotation."""
    public = settings.public_url.rstrip("/")
    decided = one.decided_at.isoformat(timespec="seconds") if one.decided_at else None
    return {
        "id": annotation_id(annotations_url(settings), found.id, one.version, item.id),
        "label": {language: list(texts) for language, texts in found.labels.items() if texts},
        "class": found.name,
        "concept_uri": found.concept_uri or f"{public}/classes/{found.id}",
        "version": one.version,
        "canvas_uri": item.uri,
        "manifest_uri": manifest_uri,
        "box": _box(item),
        "time": _time(item),
        "run_uri": f"{public}/jobs/{one.job_id}",
        "decision": None if one.status is Status.PROPOSED else one.status.value,
        "decided": decided,
    }


def _box(item: Item | Place) -> list[int] | None:
    """The box of an item in whole canvas pixels, none of it cut off: not every viewer draws fractions."""
    box = parse_box(item.selector, (item.width, item.height)) if item.selector else None
    if box is None:
        return None
    left, top = floor(box[0]), floor(box[1])
    right, bottom = min(ceil(box[0] + box[2]), item.width), min(ceil(box[1] + box[3]), item.height)
    return [left, top, max(right - left, 1), max(bottom - top, 1)]


def _time(item: Item | Place) -> list[float] | None:
    """The stretch of an item in seconds; of a keyframe that no shot holds, one frame at 25 a second."""
    found = time_of(item.selector)
    if found is None:
        return None
    start, end = found
    return [start, max(end or 0.0, round(start + FRAME, 3))]


@cache
def _own_version() -> str:
    """Read once: it is in a file, and every annotation names it."""
    return distribution_version("snoop-flow")


_software = lru_cache(maxsize=256)(Software)


def draft_of(settings: Settings, annotation: Annotation) -> AnnotationDraft:
    """A kept annotation as every notation is built from it.

    The score is the probability that the item belongs, where a blind audit has calibrated the class's version. Else it
    is the logistic function of the class's score, 0.5 being the boundary that the marks suggest, and says so.
    """
    facts: Mapping[str, Any] = annotation.content
    verdict = Verdict(facts["decision"], facts["decided"]) if facts["decision"] and facts["decided"] else None
    page = f"{settings.public_url.rstrip('/')}/classes/{annotation.class_id}"
    creator = _software(f"visual class {facts['class']}", str(facts["version"]), page)
    time = facts.get("time")
    return AnnotationDraft(
        id=facts["id"],
        label={language: tuple(texts) for language, texts in facts["label"].items()} or {"none": (facts["class"],)},
        concept_uri=facts["concept_uri"],
        canvas_uri=facts["canvas_uri"],
        manifest_uri=facts["manifest_uri"],
        creator=creator,
        created=annotation.created_at.isoformat(timespec="seconds"),
        modified=annotation.modified_at.isoformat(timespec="seconds"),
        box=tuple(facts["box"]) if facts["box"] else None,
        time=(time[0], time[1]) if time else None,
        score=facts["score"],
        calibrated=facts.get("calibrated", False),  # annotations from before audits know nothing of it
        generator=_software(settings.agent, _own_version(), settings.public_url),
        rights=settings.annotation_rights or None,
        run_uri=facts["run_uri"],
        verdict=verdict,
    )


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    return {name: sum(report[name] for report in reports) for name in _REPORTED}


PUBLISH = Verb("publish", _plan, _do_unit, _finish)
