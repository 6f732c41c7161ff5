"""The demonstration: the whole job once, on the sample archive or on one's own material, with figures.

Where labels are known (the sample archive, a folder with a `labels.csv`), a simulated curator marks truthfully and the
summary says how much its marks helped. Elsewhere nobody can know what belongs to a class, so the items most like the
first one stand in for a curator's positives, and the summary says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from snoop_flow.entities import Item
from snoop_flow.evaluation import read_labels
from snoop_flow.facade import Workspace
from snoop_flow.learning import average_precision
from snoop_flow.samples import Page, SampleServer, draw_archive
from snoop_flow.samples.film import FPS, film_pictures

SAMPLE_PORT = 8711
ROUNDS = 3
BATCH = 15
SHARE = 0.1  # the class that is taught is the one nearest to this share of the corpus
FORMATS = {"iiif": "iiif", "w3c": "annotations.jsonl", "csv": "annotations.csv"}
ACCEPT_ABOVE = 0.5
EVERYTHING = 1_000_000
Say = Callable[[str], None]
Truth = Mapping[str, set[str]]  # label → item ids


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was done: (step, what came of it) lines, and the figures."""

    workspace: str
    lines: tuple[tuple[str, str], ...]
    figures: Mapping[str, Any]


@contextmanager
def demonstrate(
    folder: Path,
    *,
    source: str | None = None,
    allow_hosts: Sequence[str] = (),
    sample_port: int = SAMPLE_PORT,
    public_url: str | None = None,
    say: Say = lambda line: None,
) -> Iterator[Demonstration]:
    """Do the whole job in `folder`, creating a workspace there; doing it again goes on from what is there.

    The sample archive is served until the block ends, so that its pictures can be looked at.

    Args:
        source: the user's own manifest, collection, folder or film; the sample archive if nothing is given.
        allow_hosts: private hosts that the source may reach.
        sample_port: where the sample archive is served; its canvases keep their names as long as it stays the same.
        public_url: address under which a new workspace will be served.
        say: told what is being done, line by line.

    Raises:
        SnoopError: what any of the steps raises.
    """
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace.create(folder, public_url))
        demo = _Demo(workspace, say)
        if source is None:
            say("drawing the sample archive")
            pages = draw_archive(workspace.folder / "sample")
            server = stack.enter_context(SampleServer(workspace.folder / "sample", port=sample_port))
            film = _sample_film(workspace, pages)
            sources = [server.collection_url, *([str(film)] if film else [])]
            slug = demo.ingest(sources, [f"127.0.0.1:{server.port}"], "sample-archive")
            demo.teach(_sample_truth(workspace, slug, pages))
        else:
            slug = demo.ingest([source], allow_hosts)
            demo.teach(_folder_truth(workspace, slug, source))
        demo.write_back()
        yield Demonstration(str(workspace.folder), tuple(demo.lines), demo.figures)


def _sample_film(workspace: Workspace, pages: Sequence[Page]) -> Path | None:
    """A film over pages of the sample archive; None where no plugin can write one."""
    path = workspace.folder / "sample" / "films" / "visit.mp4"
    write = next((spec.encode for spec in workspace.host.video_segmenters.values() if spec.encode is not None), None)
    if write is None:
        return None
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name("draft.mp4")
        write(draft, film_pictures(workspace.folder / "sample", pages), FPS)
        draft.replace(path)
    return path


def _sample_truth(workspace: Workspace, slug: str, pages: Sequence[Page]) -> Truth:
    by_canvas = {item.uri.split("/", 3)[3]: item.id for item in _items(workspace, slug)}
    truth: dict[str, set[str]] = {}
    for page in pages:
        if item := by_canvas.get(f"{page.document}/canvas/{page.page}"):
            truth.setdefault(page.label_en, set()).add(item)
    return truth


def _folder_truth(workspace: Workspace, slug: str, source: str) -> Truth:
    labels = Path(source).expanduser() / "labels.csv"
    if not labels.is_file():
        return {}
    root = labels.parent.resolve()
    by_path = {str(item.image.get("path")): item.id for item in _items(workspace, slug)}
    truth = {
        label: {by_path[path] for file in files if (path := str(root / file)) in by_path}
        for label, files in read_labels(labels).items()
    }
    return {label: items for label, items in truth.items() if items}


def _items(workspace: Workspace, slug: str) -> Iterator[Item]:
    for record in workspace.records(slug, limit=EVERYTHING):
        yield from (item for item in workspace.record_items(record.id) if item.searched)


class _Demo:
    """Runs the steps and keeps what came of them."""

    def __init__(self, workspace: Workspace, say: Say) -> None:
        self.workspace = workspace
        self.lines: list[tuple[str, str]] = []
        self.figures: dict[str, Any] = {}
        self._say = say
        self._collection = ""
        self._class = ""

    def _done(self, step: str, text: str, **figures: Any) -> None:
        self.lines.append((step, text))
        self.figures[step] = figures

    def ingest(self, sources: Sequence[str], allow_hosts: Sequence[str], collection: str | None = None) -> str:
        """Harvest, embed and index; gives the collection's slug."""
        self._say(f"harvesting {' and '.join(sources)}")
        found = self.workspace.harvest(sources, collection=collection, allow_hosts=allow_hosts)
        text = f"{found.records} records, {found.items} images into the collection {found.collection}"
        if found.failed:
            text += f"; {len(found.failed)} not read, such as {found.failed[0].uri}: {found.failed[0].reason}"
        if found.films:
            films = "1 film" if found.films == 1 else f"{found.films} films"
            text += f"; {films} cut into {found.shots} shots with {found.keyframes} keyframes"
        figures = {"records": found.records, "items": found.items, "failed": len(found.failed)}
        self._done("harvest", text, **figures, films=found.films, shots=found.shots, keyframes=found.keyframes)
        self._say("embedding")
        vectors = self.workspace.embed()
        text = f"{vectors.embedded} new vectors, {vectors.backbone}, {vectors.items_per_second} images a second"
        self._done("embed", text, embedded=vectors.embedded, items_per_second=vectors.items_per_second)
        index = self.workspace.build_index(backbone=vectors.backbone)
        self._done("index", f"{index.items} vectors, {index.type}", items=index.items)
        self._collection = found.collection
        return found.collection

    def teach(self, truth: Truth) -> None:
        """Create a class, mark three rounds of suggestions, fit it."""
        self._say("teaching a class")
        label, members, first = self._subject(truth)
        self._class = self._new_class(label, first)
        if not members:
            likeness = self.workspace.search(items=[first], count=4, collection=self._collection)
            members = {card.item for card in likeness.cards}
            self._say(f"no labels are known here: the {len(members)} images most alike stand in for a curator")
        self.workspace.fit(self._class)
        before = self._precision(members)
        for _ in range(ROUNDS):
            batch = self.workspace.suggest(self._class, "most-useful", count=BATCH, collection=self._collection)
            marks: dict[str, int | None] = {card.item: 1 if card.item in members else -1 for card in batch.cards}
            self.workspace.mark(self._class, marks, op_id=uuid.uuid4().hex)
            fitted = self.workspace.fit(self._class)
        after = self._precision(members)
        text = (
            f"“{label}”: {fitted.positives} positive and {fitted.negatives} negative marks in {ROUNDS} rounds, "
            f"{fitted.milliseconds} ms to learn"
        )
        if truth:
            text += f"; average precision {before:.2f} with one example, {after:.2f} after the marks"
        figures = {"before": before, "after": after} if truth else {}
        self._done("teach", text, label=label, milliseconds=fitted.milliseconds, **figures)

    def _subject(self, truth: Truth) -> tuple[str, set[str], str]:
        """The label nearest to a tenth of the corpus, its members, and a first example of it."""
        if not truth:
            card = self.workspace.cards([item.id for item in _items(self.workspace, self._collection)][:1])[0]
            return f"Like {card.label}"[:80], set(), card.item
        total = sum(map(len, truth.values()))
        label = min(sorted(truth), key=lambda name: abs(len(truth[name]) - SHARE * total))
        return label, truth[label], min(truth[label])

    def _new_class(self, label: str, first: str) -> str:
        taken = {summary.visual_class.name for summary in self.workspace.classes()}
        names = (label if number == 1 else f"{label} {number}" for number in count(1))
        name = next(name for name in names if name not in taken)
        return self.workspace.create_class(name, positives=[first]).id

    def _precision(self, members: set[str]) -> float:
        cards = self.workspace.ranking(self._class, count=EVERYTHING, collection=self._collection).cards
        relevant = np.array([card.item in members for card in cards])
        return average_precision(np.array([card.score for card in cards], np.float32), relevant)

    def write_back(self) -> None:
        """Enrich, accept what scores well, publish and export."""
        self._say("enriching, publishing and exporting")
        found = self.workspace.enrich([self._class], collection=self._collection, everything=True)
        text = f"{found.scored} images scored exactly, {found.predicted} proposed"
        self._done("enrich", text, scored=found.scored, predicted=found.predicted)
        verdicts = self.workspace.review(self._class, accept_above=ACCEPT_ABOVE)
        text = f"{verdicts.accepted} accepted from a score of {ACCEPT_ABOVE}, {verdicts.proposed} left to review"
        self._done("review", text, accepted=verdicts.accepted, proposed=verdicts.proposed)
        published = self.workspace.publish([self._class])
        self._done("publish", f"{published.annotations} annotations", annotations=published.annotations)
        folder = self.workspace.folder / "exports" / uuid.uuid4().hex[:8]
        written = []
        for format_, name in FORMATS.items():
            report = self.workspace.export(format_, folder / name, classes=[self._class])
            written.append(f"{format_} ({len(report.files)} {'file' if len(report.files) == 1 else 'files'})")
        self._done("export", f"{', '.join(written)} in {folder}", folder=str(folder))
