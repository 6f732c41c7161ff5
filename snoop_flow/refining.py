"""Refining: proposed windows → boxes drawn tighter around their objects.

A window of a fixed grid finds an object and hardly ever fits it. On the grid of patches the class scores each cell of
the image; the box is the rectangle around the window's best cell that holds most of what scores above a threshold, see
`snoop_flow.learning.grids`. Where the threshold lies is told by the boxes that people drew as positives: it is the one
that draws them best. The refined box is a region of its own, with a vector, and takes the window's proposal over.
Verdicts are never touched. One unit is a batch of images.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from snoop_flow import jobs
from snoop_flow.embedding import merge_shards, seal
from snoop_flow.enrichment import class_and_model
from snoop_flow.entities import EmbeddingSet, Item, Job, Prediction, SetKind, Unit, image_of
from snoop_flow.errors import SourceError, UsageError
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.learning import THRESHOLD, LinearModel, object_box, overlaps
from snoop_flow.plugin_types import FloatArray
from snoop_flow.regions.describing import Describer, Patched
from snoop_flow.regions.drawing import DRAWN, REFINED, Box, region_row, shares
from snoop_flow.regions.merging import merge_proposals
from snoop_flow.regions.spaces import describer
from snoop_flow.reports import RefineReport
from snoop_flow.store import embeddings, failures, items, marks, predictions
from snoop_flow.store.rows import chunks
from snoop_flow.vectors import usable
from snoop_flow.workspace import Workspace

STAGE = "refine"
IMAGES = 32  # in one unit: each is fetched and described anew
EXAMPLES = 20  # drawn boxes by which the threshold is found
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(2, 20))


def refine(
    workspace: Workspace, names: Sequence[str], *, device: str = "cpu", progress: Progress | None = None
) -> RefineReport:
    """Draw the boxes of what classes of regions propose tighter around the objects.

    Args:
        names: classes, by name or id; each knows parts of images, described by patches.
        device: what the backbone runs on, such as `cpu` or `cuda`.

    Raises:
        UsageError: a class knows whole images or crops, or has no model yet.
        PluginError: the backbone cannot be opened.
    """
    ids = [class_and_model(workspace, name)[0].id for name in names]
    job = jobs.run(workspace, REFINE, {"names": ids, "device": device}, progress)
    return RefineReport(job=job.id, **{name: job.report[name] for name in _REPORTED})


def refinable(workspace: Workspace, names: Sequence[str]) -> list[str]:
    """Those of some classes whose boxes can be refined, by name."""
    found = [class_and_model(workspace, name)[0] for name in names]
    with workspace.catalogue.read() as connection:
        sets = [embeddings.set_by_id(connection, one.set_id) for one in found]
    return [one.name for one, known in zip(found, sets, strict=True) if known.facts.get("by") == "patches"]


_REPORTED = ("refined", "unchanged", "merged", "failed")


# --- planning ----------------------------------------------------------------------------------------------------


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    if not job.parameters["names"]:
        raise UsageError("no class given; name the classes whose boxes are to be refined")
    for name in job.parameters["names"]:
        found, _ = class_and_model(workspace, name)
        with workspace.catalogue.read() as connection:
            known = embeddings.set_by_id(connection, found.set_id)
            proposed = [item for item, said in predictions.by_image(connection, found.id) if said.decided_by is None]
        _check(found.name, known)
        images = list(dict.fromkeys(image_of(item) for item in proposed))
        threshold = _threshold(workspace, known, found.id, job.parameters["device"]) if images else THRESHOLD
        for part in chunks(images, IMAGES):
            yield {"class": found.id, "images": part, "threshold": threshold}


def _check(name: str, known: EmbeddingSet) -> None:
    if known.kind is not SetKind.REGION:
        raise UsageError(f"class {name} knows whole images; boxes are those of classes of regions")
    if known.facts["by"] != "patches":
        raise UsageError(
            f"the regions that class {name} knows were described crop by crop; boxes are refined on a grid of patches: "
            "segment with a backbone that sees patches"
        )


def _threshold(workspace: Workspace, known: EmbeddingSet, class_id: str, device: str) -> float:
    """The threshold that draws the boxes of drawn positives best; raises `UsageError`, `PluginError`."""
    with workspace.catalogue.read() as connection:
        present = marks.current(connection, class_id)
        positives = items.by_numbers(connection, [number for number, value in present.items() if value == 1])
    examples = [item for item in positives.values() if item.origin == DRAWN][:EXAMPLES]
    lines = []
    for item in examples:
        try:
            view = _View.of(workspace, known, class_id, item, device)
        except SourceError:  # the other examples tell as well
            continue
        drawn = shares([item])
        boxes = np.array([object_box(view.scores, drawn[0], threshold) for threshold in THRESHOLDS])
        lines.append(overlaps(boxes, drawn)[:, 0])
    return THRESHOLDS[int(np.argmax(np.mean(lines, axis=0)))] if lines else THRESHOLD


# --- doing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _View:
    """An image as a class sees it: the scores of its cells, (rows, columns), and of any box."""

    patched: Patched
    model: LinearModel
    scores: FloatArray

    @classmethod
    def of(cls, workspace: Workspace, known: EmbeddingSet, class_id: str, item: Item, device: str) -> _View:
        """Fetch and describe the image of an item; raises `SourceError`."""
        space: Describer = describer(workspace, known, device)
        described = space.describe(workspace.loader().load(item.image, space.longest))
        if not isinstance(described, Patched):
            raise UsageError(f"the regions of {known.backbone} are not described by patches")
        _, kept = class_and_model(workspace, class_id)
        model = LinearModel(np.frombuffer(kept.weights, "<f4"), kept.bias)
        return cls(described, model, described.grid.scores(model.weights))


@dataclass(frozen=True, slots=True)
class _Refined:
    """A proposal, and the box that takes it over."""

    window: Item
    said: Prediction
    row: dict[str, Any]
    vector: FloatArray
    score: float


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    payload = unit.payload
    found, _ = class_and_model(workspace, payload["class"])
    with workspace.catalogue.read() as connection:
        known = embeddings.set_by_id(connection, found.set_id)
        said = list(predictions.by_image(connection, found.id, payload["images"]))
    counts = dict.fromkeys(("refined", "unchanged", "failed"), 0)
    for _, group in groupby(said, lambda one: image_of(one[0])):
        proposed = [(item, one) for item, one in group if one.decided_by is None]
        if not proposed:
            continue
        try:
            view = _View.of(workspace, known, found.id, proposed[0][0], job.parameters["device"])
        except SourceError as error:
            counts["failed"] += 1
            with workspace.catalogue.write() as connection:
                failures.keep(connection, STAGE, proposed[0][0].uri, error.kind, error.reason)
            continue
        refined = [one for pair in proposed if (one := _refined(workspace, view, *pair, payload["threshold"]))]
        _take_over(workspace, known, refined)
        counts["refined"] += len(refined)
        counts["unchanged"] += len(proposed) - len(refined)
    return counts


def _refined(workspace: Workspace, view: _View, window: Item, said: Prediction, threshold: float) -> _Refined | None:
    """The tighter box of a proposal; None where it is the window itself, or shows nothing."""
    share = object_box(view.scores, shares([window])[0], threshold)
    with workspace.catalogue.read() as connection:
        parent = items.by_numbers(connection, [image_of(window)])[image_of(window)]
    row = region_row(parent, _pixels(share, parent), REFINED)
    vector = view.patched.vectors(share[None])[0]
    if row["id"] == window.id or not usable(vector[None])[0]:
        return None
    # a box that fits may score less than the wider window that found it, which is no reason to think less of it
    score = max(said.score, float(view.model.scores(vector[None])[0]))
    return _Refined(window, said, row, vector, score)


def _pixels(share: np.ndarray, parent: Item) -> Box:
    left, top = round(share[0] * parent.width), round(share[1] * parent.height)
    right, bottom = round((share[0] + share[2]) * parent.width), round((share[1] + share[3]) * parent.height)
    left, top = min(left, parent.width - 1), min(top, parent.height - 1)
    return left, top, max(right - left, 1), max(bottom - top, 1)


def _take_over(workspace: Workspace, known: EmbeddingSet, refined: Sequence[_Refined]) -> None:
    """Enter refined regions with their vectors, and let them have the proposals of their windows."""
    best = {one.row["id"]: one for one in sorted(refined, key=lambda one: one.score)}
    if not best:
        return
    with workspace.catalogue.write() as connection:
        items.add_regions(connection, [one.row for one in best.values()])
        regions = {item.id: item for item in items.by_ids(connection, list(best))}
    with workspace.catalogue.read() as connection:
        done = embeddings.embedded(connection, known.id, [item.number for item in regions.values()])
    lacking = [(item, best[id_].vector) for id_, item in regions.items() if item.number not in done]
    if lacking:
        seal(workspace, known.id, known.fingerprint, lacking)
    rows = [
        {name: getattr(one.said, name) for name in Prediction.__slots__}
        | {"item": regions[id_].number, "score": one.score}
        for id_, one in best.items()
    ]
    with workspace.catalogue.write() as connection:
        predictions.propose(connection, rows)
        taken = {item.number for item in regions.values()}
        windows = [one.window.number for one in refined if one.window.number not in taken]
        predictions.withdraw(connection, refined[0].said.class_id, windows)


# --- finishing ---------------------------------------------------------------------------------------------------


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    merged = sum(merge_proposals(workspace, class_id) for class_id in job.parameters["names"])
    for name in job.parameters["names"]:
        found, _ = class_and_model(workspace, name)
        with workspace.catalogue.read() as connection:
            merge_shards(workspace, embeddings.set_by_id(connection, found.set_id))
    counts = {name: sum(report[name] for report in reports) for name in ("refined", "unchanged", "failed")}
    return {**counts, "merged": merged}


REFINE = Verb("refine", _plan, _do_unit, _finish)
