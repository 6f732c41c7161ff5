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
from snoop_flow.embedding.running import merge_shards, seal
from snoop_flow.entities import (
    DRAWN,
    REFINED,
    ClassModel,
    EmbeddingSet,
    Item,
    Job,
    Prediction,
    SetKind,
    Unit,
    VisualClass,
    image_of,
)
from snoop_flow.errors import SourceError, UsageError
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.learning import LinearModel, best_threshold, object_box
from snoop_flow.plugin_types import FloatArray
from snoop_flow.regions.describing import Describer, Patched
from snoop_flow.regions.drawing import Box, region_row, shares
from snoop_flow.regions.merging import merge_proposals
from snoop_flow.regions.spaces import describer
from snoop_flow.reports import RefineReport
from snoop_flow.store import classes, embeddings, failures, items, marks, predictions, proposals
from snoop_flow.store.rows import chunks
from snoop_flow.vectors import usable
from snoop_flow.workspace import Workspace

STAGE = "refine"
IMAGES = 32  # in one unit: each is fetched and described anew
EXAMPLES = 20  # drawn boxes by which the threshold is found


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
    ids = [_class_and_model(workspace, name)[0].id for name in names]
    job = jobs.run(workspace, REFINE, {"names": ids, "device": device}, progress)
    return RefineReport(job=job.id, cost=job.cost, **{name: job.report[name] for name in _REPORTED})


def _class_and_model(workspace: Workspace, name: str) -> tuple[VisualClass, ClassModel]:
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        model = classes.model(connection, found.id)
    if model is None:
        raise UsageError(f"class {found.name} has no model yet; mark a positive, then run: snoop-flow class fit")
    return found, model


def refinable(workspace: Workspace, names: Sequence[str]) -> list[str]:
    """Those of some classes whose boxes can be refined, by id; classes without a model raise `UsageError`."""
    found = [_class_and_model(workspace, name)[0] for name in names]
    with workspace.catalogue.read() as connection:
        sets = [embeddings.set_by_id(connection, one.set_id) for one in found]
    return [one.id for one, known in zip(found, sets, strict=True) if known.facts.get("by") == "patches"]


_REPORTED = ("refined", "unchanged", "merged", "failed")


# --- planning ----------------------------------------------------------------------------------------------------


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    if not job.parameters["names"]:
        raise UsageError("no class given; name the classes whose boxes are to be refined")
    for name in job.parameters["names"]:
        found, _ = _class_and_model(workspace, name)
        with workspace.catalogue.read() as connection:
            known = embeddings.set_by_id(connection, found.set_id)
            said = predictions.by_image(connection, found.id)
            proposed = [(image_of(item), one.score) for item, one in said if one.decided_by is None]
        _check(found.name, known)
        if not proposed:
            continue
        threshold = _threshold(workspace, known, found.id, job.parameters["device"])
        common = {"class": found.id, "threshold": threshold, "floor": min(score for _, score in proposed)}
        for part in chunks(dict.fromkeys(image for image, _ in proposed), IMAGES):
            yield {**common, "images": part}


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
    told = []
    for item in examples:
        try:
            view = _View.of(workspace, known, class_id, item, device)
        except SourceError:  # the other examples tell as well
            continue
        told.append((view.scores, shares([item])[0]))
    return best_threshold(told)


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
        _, kept = _class_and_model(workspace, class_id)
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
    found, _ = _class_and_model(workspace, payload["class"])
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
        tried = [_refined(workspace, view, item, one, payload["threshold"]) for item, one in proposed]
        # a box that the next enrichment would not propose by itself must not take the place of a window that it would
        refined = [one for one in tried if one is not None and one.score >= payload["floor"]]
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
    return _Refined(window, said, row, vector, float(view.model.scores(vector[None])[0]))


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
    with workspace.catalogue.write() as connection:
        for id_, one in best.items():
            number, said = regions[id_].number, one.said
            mine = proposals.Proposals(said.class_id, said.version, said.job_id, [number], [one.score])
            proposals.propose(connection, [mine])
            if said.uncertain:
                predictions.flag_uncertain(connection, said.class_id, [number])
        taken = {item.number for item in regions.values()}
        windows = [one.window.number for one in refined if one.window.number not in taken]
        predictions.withdraw(connection, refined[0].said.class_id, windows)


# --- finishing ---------------------------------------------------------------------------------------------------


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    merged = 0
    for name in job.parameters["names"]:
        found, _ = _class_and_model(workspace, name)
        with workspace.catalogue.write() as connection:
            merged += merge_proposals(connection, found.id)
            known = embeddings.set_by_id(connection, found.set_id)
        merge_shards(workspace, known)
    counts = {name: sum(report[name] for report in reports) for name in ("refined", "unchanged", "failed")}
    return {**counts, "merged": merged}


REFINE = Verb("refine", _plan, _do_unit, _finish)
