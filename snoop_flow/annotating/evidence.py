"""Why an annotation is there: back from it to the class, its version, the marks and the threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snoop_flow.entities import Item, Status
from snoop_flow.errors import NotFoundError
from snoop_flow.fragments import fragment
from snoop_flow.store import classes, items, marks, predictions, published
from snoop_flow.store.containers import ASSESSMENT
from snoop_flow.workspace import Workspace

_EXAMPLES = 12


def annotation_evidence(workspace: Workspace, annotation_id: str) -> dict[str, Any]:
    """What made an annotation: score against threshold, model version with its marks, run, and a person's verdict.

    Args:
        annotation_id: its address, or what stands behind `/annotations/` in it; of a withdrawn one, too.

    Raises:
        NotFoundError: there is none.
    """
    id_ = annotation_id.rsplit("/annotations/", 1)[-1].removesuffix(ASSESSMENT)
    with workspace.catalogue.read() as connection:
        found = published.by_id(connection, id_)
        if found is None:
            raise NotFoundError(f"there is no annotation {annotation_id!r} in this workspace")
        visual_class = classes.by_id(connection, found.class_id)
        model = classes.model(connection, found.class_id, found.version)
        item = items.by_numbers(connection, [found.item])[found.item]
        said = predictions.of_items(connection, [found.item])
        prediction = next((one for one in said if one.class_id == found.class_id), None)
        present = marks.current(connection, found.class_id)
        positives = [number for number, mark in present.items() if mark > 0][:_EXAMPLES]
        examples = [one.id for one in items.by_numbers(connection, positives).values()]
    evidence: dict[str, Any] = {
        "annotation": found.content["id"],
        "state": "withdrawn" if found.withdrawn_at else "published",
        "class": {"id": found.class_id, "name": found.content["class"], "concept_uri": found.content["concept_uri"]},
        "item": item.id,
        "canvas": item.uri,
        "selector": _selector(found.content, item),
        "confidence": found.content.get("score"),
        "calibrated": found.content.get("calibrated", False),
        "run": found.content["run_uri"],
        "verdict": found.content["decision"],
        "decided": found.content["decided"],
        "marked": _mark(present.get(found.item)),
        "examples": examples,
    }
    if visual_class is not None:
        evidence["newest_version"] = visual_class.version
    if model is not None:
        evidence["model"] = {
            "version": model.version,
            "threshold": model.threshold,
            "positives": model.positives,
            "negatives": model.negatives,
            "marks_digest": model.marks_digest,
            "fitted": model.created_at.isoformat(timespec="seconds"),
        }
    if prediction is not None and prediction.version == found.version:
        evidence["score"] = prediction.score
        evidence["present_verdict"] = prediction.status.value if prediction.status is not Status.PROPOSED else None
    return evidence


def _selector(content: Mapping[str, Any], item: Item) -> str:
    """What it is on: a stretch of a film, a box, or "" for all of the canvas."""
    return fragment(*content["time"]) if content.get("time") and not content.get("box") else item.selector


def _mark(value: float | None) -> str | None:
    return None if value is None else "positive" if value > 0 else "negative" if value < 0 else "unsure"
