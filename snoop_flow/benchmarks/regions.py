"""Objects on pages: whole images against regions, by the pages that are found and by the boxes.

The corpus is the folder of a CSV of boxes, harvested, embedded and segmented as any other. Each label is looked for in
two ways, from pages that are drawn at random, one seed after the other; found pages count only where nothing of them
was given.

- *By one box*: the page as a query, its crop as a query, and its box among regions.
- *By a class* of a few examples: pages marked positive in a class of whole images, boxes in a class of regions.

Average precision ranks the other pages by whether they have an object of the label. Boxes are judged on the pages that
have one: intersection over union of the best-scoring region with the object that it meets best, as the window that was
found, and as the box that was refined; for a whole image it is the share of the page that the object fills.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from sqlalchemy import update

from snoop_flow.classes.lessons import lesson_of
from snoop_flow.entities import DRAWN, Item
from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.images import parse_box
from snoop_flow.jobs import Progress
from snoop_flow.learning import Boxes, Grid, average_precision, best_threshold, object_box, overlaps
from snoop_flow.plugin_types import FloatArray
from snoop_flow.regions.describing import Patched
from snoop_flow.regions.drawing import MARK
from snoop_flow.regions.spaces import describer, region_set
from snoop_flow.reports import Card, SearchReport
from snoop_flow.store import schema
from snoop_flow.store.rows import now

LEAST_PAGES = 2  # one to show, one to find
MOST_RECORDS = 100_000
CLASS = "benchmark"
COLUMNS = ("x", "y", "w", "h")
BOX_FIGURES = ("page", "crop", "regions")
CLASS_FIGURES = ("whole", "regions", "page", "window", "refined")


@dataclass(frozen=True, slots=True)
class Objects:
    """How objects of one label were found; means over all runs, None where there was nothing to find.

    Attributes:
        pages: that have one.
        area: median share of its page that one fills.
        by_box: average precision by one box: `page`, `crop`, `regions`.
        by_class: by the number of examples: average precision of `whole` and `regions`; overlap of the `page`, the
            found `window` and the `refined` box.
    """

    label: str
    pages: int
    area: float
    by_box: Mapping[str, float | None]
    by_class: Mapping[int, Mapping[str, float | None]]


@dataclass(frozen=True, slots=True)
class RegionsReport:
    """All labels of one folder, the mean over them last."""

    labels: str
    backbone: str
    by: str
    pages: int
    regions: int
    per_image: int
    cells: int
    seeds: int
    segmented_per_second: float
    objects: tuple[Objects, ...]


def bench_regions(
    labels: Path,
    *,
    label_column: str = "label",
    backbone: str | None = None,
    per_image: int | None = None,
    cells: int | None = None,
    by: str | None = None,
    examples: Sequence[int] = (1, 3, 5),
    seeds: int = 5,
    progress: Progress | None = None,
) -> RegionsReport:
    """Measure how objects are found that a CSV of boxes names.

    Args:
        labels: with the columns `file` (relative to it), a label, and `x`, `y`, `w`, `h` in pixels. What follows a
            `#` in a label is left out.
        cells, per_image, by: as for segmenting.
        examples: numbers of examples from which a class is learned.

    Raises:
        UsageError: the CSV is wrong, or no label is on two pages.
    """
    wanted = read_boxes(labels, label_column)
    with tempfile.TemporaryDirectory(prefix="snoop-flow-bench-") as folder, Workspace.create(folder) as workspace:
        if cells is not None:
            workspace.settings = replace(workspace.settings, region_cells=cells)
        workspace.harvest([str(labels.parent)], collection="pages")
        workspace.embed(backbone=backbone)
        segmented = workspace.segment(backbone=backbone, per_image=per_image, by=by, progress=progress)
        trial = _Trial(workspace, labels.parent, wanted)
        found = []
        for place, label in enumerate(wanted, 1):
            found.append(trial.objects(label, examples, seeds))
            if progress:
                progress(place, len(wanted), label)
        return RegionsReport(
            labels=str(labels),
            backbone=segmented.backbone,
            by=segmented.by,
            pages=len(trial.items),
            regions=segmented.regions,
            per_image=per_image or workspace.settings.region_windows,
            cells=workspace.settings.region_cells,
            seeds=seeds,
            segmented_per_second=segmented.items_per_second,
            objects=(*found, _mean(found)),
        )


def read_boxes(path: Path, label_column: str) -> dict[str, dict[str, Boxes]]:
    """Label → file → boxes in pixels, (n, 4), for labels on two pages or more, by name; raises `UsageError`."""
    found: dict[str, dict[str, list[list[float]]]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if missing := [name for name in ("file", label_column, *COLUMNS) if name not in (rows.fieldnames or ())]:
                raise UsageError(f"{path}: has no column {', '.join(missing)}; it needs file, a label, x, y, w and h")
            for row in rows:
                label = row[label_column].partition("#")[0]
                box = [float(row[name]) for name in COLUMNS]
                if min(box[2:]) > 0:
                    found.setdefault(label, {}).setdefault(row["file"], []).append(box)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as a CSV of boxes ({error})") from error
    kept = {label: files for label, files in sorted(found.items()) if len(files) >= LEAST_PAGES}
    if not kept:
        raise UsageError(f"{path}: no label is on {LEAST_PAGES} pages or more; there is nothing to find")
    return {
        label: {file: np.array(boxes, np.float64) for file, boxes in files.items()} for label, files in kept.items()
    }


@dataclass
class _Trial:
    """One corpus in which labels are looked for."""

    workspace: Workspace
    folder: Path
    wanted: Mapping[str, Mapping[str, Boxes]]
    items: dict[str, Item] = field(init=False)
    grids: dict[str, Grid | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        records = self.workspace.records("pages", limit=MOST_RECORDS)
        every = [item for record in records for item in self.workspace.record_items(record.id)]
        self.items = {str(Path(item.image["path"]).relative_to(self.folder.resolve())): item for item in every}
        self.files = {item.id: file for file, item in self.items.items()}
        for files in self.wanted.values():
            for file in files:
                if file not in self.items:
                    raise UsageError(f"{file}: is no image below {self.folder}; correct the CSV")

    def objects(self, label: str, examples: Sequence[int], seeds: int) -> Objects:
        """How one label is found."""
        boxes = self.wanted[label]
        shares = [box[2:].prod() / _area(self.items[file]) for file, found in boxes.items() for box in found]
        by_box: list[dict[str, float]] = []
        by_class: dict[int, list[dict[str, float]]] = {number: [] for number in examples}
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            pages = rng.permutation(sorted(boxes)).tolist()
            picked = [(file, boxes[file][rng.integers(len(boxes[file]))]) for file in pages]
            by_box.append(self._by_box(boxes, *picked[0]))
            for number in examples:
                if number < len(pages):
                    by_class[number].append(self._by_class(boxes, picked[:number]))
        learned = {number: _means(runs, CLASS_FIGURES) for number, runs in by_class.items()}
        return Objects(label, len(boxes), round(float(np.median(shares)), 4), _means(by_box, BOX_FIGURES), learned)

    # --- by one box ----------------------------------------------------------------------------------------------

    def _by_box(self, boxes: Mapping[str, Boxes], file: str, box: Boxes) -> dict[str, float]:
        item, count = self.items[file], len(self.items)
        region = (item.id, _whole(box, item))
        answers = {
            "page": self.workspace.search(items=[item.id], count=count),
            "crop": self.workspace.search(region=region, count=count),
            "regions": self.workspace.search(region=region, regions=True, count=count),
        }
        return {name: self._precision(found, boxes, {file}) for name, found in answers.items()}

    # --- by a class ----------------------------------------------------------------------------------------------

    def _by_class(self, boxes: Mapping[str, Boxes], shown: Sequence[tuple[str, Boxes]]) -> dict[str, float]:
        given = {file for file, _ in shown}
        whole, _ = self._taught([self.items[file].id for file in given], regions=False)
        named = [_name(self.items[file], box) for file, box in shown]
        parts, weights = self._taught(named, regions=True)
        told = [(self._scores(file, weights), _share(box, self.items[file])) for file, box in shown]
        threshold = best_threshold(told)
        found = [
            self._boxes(card, boxes, weights, threshold) for card in parts.cards if self._counts(card, boxes, given)
        ]
        return {
            "whole": self._precision(whole, boxes, given),
            "regions": self._precision(parts, boxes, given),
            **{name: float(np.mean([one[name] for one in found])) for name in ("page", "window", "refined") if found},
        }

    def _taught(self, positives: Sequence[str], *, regions: bool) -> tuple[SearchReport, FloatArray]:
        """The ranking by a class of these positives, and its weights."""
        created = self.workspace.create_class(CLASS, positives=positives, regions=regions)
        try:
            self.workspace.fit(created.id)
            found = self.workspace.ranking(created.id, count=len(self.items))
            return found, lesson_of(self.workspace, created.id).ranked_by().weights
        finally:
            self.workspace.delete_class(created.id)
            self._forget()

    def _forget(self) -> None:
        """Take the drawn boxes out again: they are the truth, and the next run must not find them as regions."""
        with self.workspace.catalogue.write() as connection:
            connection.execute(update(schema.item).where(schema.item.c.origin == DRAWN).values(gone_at=now()))

    def _counts(self, card: Card, boxes: Mapping[str, Boxes], given: set[str]) -> bool:
        return self.files[card.image] in boxes and self.files[card.image] not in given

    def _boxes(self, card: Card, boxes: Mapping[str, Boxes], weights: FloatArray, threshold: float) -> dict[str, float]:
        """Overlap of the page, of the region that was found and of the refined box with the object met best."""
        file = self.files[card.image]
        item = self.items[file]
        size = (item.width, item.height)
        window = np.array(parse_box(card.selector, size) or (0, 0, *size), np.float64)
        refined = object_box(self._scores(file, weights), _share(window, item), threshold) * (*size, *size)
        tried = {"page": np.array([0.0, 0.0, *size]), "window": window, "refined": refined}
        return {name: float(overlaps(one[None], boxes[file]).max()) for name, one in tried.items()}

    def _scores(self, file: str, weights: FloatArray) -> FloatArray:
        """Scores of the cells of a page; of crops there are none, and the box stays the window."""
        if file not in self.grids:
            space = describer(self.workspace, region_set(self.workspace))
            described = space.describe(self.workspace.loader().load(self.items[file].image, space.longest))
            self.grids[file] = described.grid if isinstance(described, Patched) else None
        grid = self.grids[file]
        return np.zeros((1, 1), np.float32) if grid is None else grid.scores(weights)

    def _precision(self, found: SearchReport, boxes: Mapping[str, Boxes], given: set[str]) -> float:
        """Average precision of a ranking of all pages but those that were given."""
        ranked = [file for file in dict.fromkeys(self.files[card.image] for card in found.cards) if file not in given]
        ranked += [file for file in self.items if file not in {*ranked, *given}]
        relevant = np.array([file in boxes for file in ranked])
        return average_precision(-np.arange(len(ranked), dtype=np.float32), relevant)


def _area(item: Item) -> int:
    return item.width * item.height


def _share(box: Boxes, item: Item) -> Boxes:
    return box / (item.width, item.height, item.width, item.height)


def _whole(box: Boxes, item: Item) -> tuple[int, int, int, int]:
    """A box in whole pixels on the canvas of an item."""
    left, top = max(0, int(box[0])), max(0, int(box[1]))
    right, bottom = min(item.width, round(box[0] + box[2])), min(item.height, round(box[1] + box[3]))
    return left, top, max(right - left, 1), max(bottom - top, 1)


def _name(item: Item, box: Boxes) -> str:
    return f"{item.id}{MARK}{','.join(map(str, _whole(box, item)))}"


def _means(runs: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, float | None]:
    found = {name: [run[name] for run in runs if name in run] for name in names}
    return {name: round(float(np.mean(values)), 4) if values else None for name, values in found.items()}


def _mean(found: Sequence[Objects]) -> Objects:
    """The mean over labels; a label that lacks a figure does not count in it."""
    numbers = found[0].by_class
    return Objects(
        label="mean",
        pages=round(float(np.mean([one.pages for one in found]))),
        area=round(float(np.mean([one.area for one in found])), 4),
        by_box=_means([_known(one.by_box) for one in found], BOX_FIGURES),
        by_class={number: _means([_known(one.by_class[number]) for one in found], CLASS_FIGURES) for number in numbers},
    )


def _known(figures: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if value is not None}
