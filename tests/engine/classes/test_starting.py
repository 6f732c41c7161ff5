"""Classes that begin with something else than marks: a text, an image from outside, an item, a region."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import numpy as np
import pytest

from snoop_flow import Workspace
from snoop_flow.errors import NotFoundError, SourceError, UsageError
from snoop_flow.host import GROUP, PluginHost
from snoop_flow.searching import Query
from snoop_flow.settings import load_settings
from snoop_flow.store import classes

Find = Callable[[str], list[str]]

READER = '''
import numpy as np
from snoop_flow import hookimpl
from snoop_flow.plugin_types import BackboneSpec

class Reader:
    """Sees where ink is and which way it runs; its words are pictures that it was told of."""
    dimension = 4
    fingerprint = "reader/1"

    def embed_images(self, images):
        rows = [self._row(np.asarray(image.convert("L").resize((96, 96)), np.float32)) for image in images]
        return np.array(rows, np.float32).reshape(-1, 4)

    def _row(self, grey):
        down, across = np.abs(np.diff(grey, axis=0))[:, :-1], np.abs(np.diff(grey, axis=1))[:-1]
        slanted = np.minimum(down, across).mean()
        row = np.array([1, slanted, np.abs(down - across).mean(), grey.std()], np.float32)
        row[1:] /= 30
        return row / np.linalg.norm(row)

    def embed_texts(self, texts):
        known = {"stripes": [0, 1, 0, 0]}
        rows = np.array([known.get(text, [0, 0, 0, 1]) for text in texts], np.float32)
        return rows.reshape(-1, 4)

@hookimpl
def register_backbones():
    return [BackboneSpec("reader", "Reads", 4, 96, "CC0", lambda: "reader/1", lambda device: Reader(), True)]
'''


@pytest.fixture
def reading(archive: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The archive with a plugin whose backbone reads texts, embedded with it too."""
    (tmp_path / "reader_plugin.py").write_text(READER, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    entries = [*entry_points(group=GROUP), EntryPoint("reader", "reader_plugin", GROUP)]
    with Workspace(archive.folder, load_settings(archive.folder), PluginHost(entries)) as workspace:
        workspace.embed(backbone="reader")
        yield workspace


def _kinds(workspace: Workspace, name: str, count: int = 10) -> list[str]:
    return [card.record_label for card in workspace.suggest(name, count=count).cards]


def test_an_image_from_outside_ranks_until_something_is_marked(
    archive: Workspace, pictures: Path, items_of: Find
) -> None:
    data = (pictures / "stripes" / "stripes-03.jpg").read_bytes()
    created = archive.create_class("Stripes", start=Query(image=data))
    assert created.start_note == "an image from outside"
    assert archive.suggest("Stripes", count=1).cards[0].label == "stripes-03.jpg"
    assert _kinds(archive, "Stripes").count("stripes") >= 7
    assert archive.histogram("Stripes").threshold == 0
    assert archive.ranking("Stripes", count=1).cards[0].label == "stripes-03.jpg"
    assert archive.rounds("Stripes")[0].version_before == 0
    with pytest.raises(UsageError, match="no positive mark"):
        archive.fit("Stripes")
    archive.mark("Stripes", {items_of("stripes")[3]: 1}, op_id="a")
    assert archive.fit("Stripes").version == 1


def test_items_and_regions_start_without_being_marked(archive: Workspace, items_of: Find) -> None:
    first = items_of("discs")[0]
    item = archive.item(first)
    archive.create_class("By item", start=Query(items=[first]))
    archive.create_class("By region", start=Query(region=(first, (0, 0, item.width, item.height))))
    for name in ("By item", "By region"):
        assert archive.marks(name) == {}
        assert archive.suggest(name, count=1).cards[0].item == first
    assert archive.class_summary("By region").visual_class.start_note.startswith(f"region: {first}#xywh=0,0,")
    with pytest.raises(UsageError, match="not inside the canvas"):
        archive.create_class("Outside", start=Query(region=(first, (0, 0, 9999, 5))))
    assert "Outside" not in [one.visual_class.name for one in archive.classes()]


def test_a_text_starts_where_the_backbone_reads(reading: Workspace) -> None:
    created = reading.create_class("Stripes", start=Query(text="stripes"), backbone="reader")
    assert created.start is not None
    np.testing.assert_allclose(np.frombuffer(created.start, "<f4"), [0, 1, 0, 0])
    assert created.start_note == "text: stripes"
    assert set(_kinds(reading, "Stripes", 3)) == {"stripes"}


def test_the_start_draws_the_model_while_marks_are_few(reading: Workspace, items_of: Find) -> None:
    """One disc is marked in both classes; the one that began with stripes looks their way."""
    positives = items_of("discs")[:1]
    reading.create_class("Plain", positives=positives, backbone="reader")
    reading.create_class("Begun", positives=positives, start=Query(text="stripes"), backbone="reader")
    slanted = []
    for name in ("Plain", "Begun"):
        reading.fit(name)
        with reading.catalogue.read() as connection:
            model = classes.model(connection, classes.find(connection, name).id)
        assert model is not None
        weights = np.frombuffer(model.weights, "<f4")
        slanted.append(weights[1] / np.linalg.norm(weights))
    assert slanted[1] > slanted[0]


def test_wrong_starts_are_one_clear_line(archive: Workspace) -> None:
    for start, error, says in (
        (Query(text="balloon"), UsageError, "reads no text; give an image"),
        (Query(), UsageError, "nothing is asked"),
        (Query(items=["nowhere"]), NotFoundError, "no item 'nowhere'"),
        (Query(image=b"no image"), SourceError, "query image"),
        (Query(visual_class="Nothing"), NotFoundError, "no class 'Nothing'"),
    ):
        with pytest.raises(error, match=says):
            archive.create_class("Wrong", start=start)
    assert archive.classes() == []


def test_a_fork_and_a_file_carry_the_start(archive: Workspace, items_of: Find, tmp_path: Path) -> None:
    start = archive.create_class("Discs", start=Query(items=items_of("discs")[:2])).start
    assert archive.fork_class("Discs", "Copy").start == start
    assert _kinds(archive, "Copy") == _kinds(archive, "Discs")
    archive.mark("Discs", dict.fromkeys(items_of("discs")[:2], 1), op_id="a")
    archive.fit("Discs")
    path = tmp_path / "discs.class.json"
    archive.export_class("Discs", path)
    found = archive.import_class(path, "From file")
    assert (found.start, found.start_note) == (start, archive.class_summary("Discs").visual_class.start_note)

    document = json.loads(path.read_text("utf-8"))
    old = {name: value for name, value in document.items() if not name.startswith("start")}
    path.write_text(json.dumps(old), "utf-8")
    assert archive.import_class(path, "From an older file").start is None
    for wrong in ("AAAA", 5, "§"):
        path.write_text(json.dumps({**document, "start": wrong}), "utf-8")
        with pytest.raises(UsageError, match="start"):
            archive.import_class(path, "Damaged")


def test_a_round_before_the_first_fit_is_undone_to_the_start(archive: Workspace, items_of: Find) -> None:
    archive.create_class("Discs", start=Query(items=items_of("discs")[:2]))
    before = [card.item for card in archive.ranking("Discs", count=36).cards]
    shown = archive.suggest("Discs", count=5).cards
    archive.mark("Discs", {card.item: 1 if card.record_label == "discs" else -1 for card in shown}, op_id="a")
    archive.fit("Discs")
    assert [card.item for card in archive.ranking("Discs", count=36).cards] != before
    assert archive.undo_round("Discs").version == 2
    assert [card.item for card in archive.ranking("Discs", count=36).cards] == before
