"""Bad input met by the engine: a sensible answer or one clear line, never a crash or a silent wrong ranking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from snoop_flow import Workspace
from snoop_flow.cli import run
from snoop_flow.errors import IntegrityError, UsageError
from snoop_flow.host import PluginHost
from snoop_flow.searching import Query
from snoop_flow.settings import Settings

Find = Callable[[str], list[str]]
STRATEGIES = ("relevant", "most-useful", "ambiguous", "discovery", "random")

BACKBONE = """
import numpy as np
from snoop_flow import hookimpl
from snoop_flow.plugin_types import BackboneSpec

BROKEN = {"zero": 0.0, "nan": np.nan, "infinite": np.inf}

class Backbone:
    def __init__(self, kind):
        self.kind = kind

    def embed_images(self, images):
        vectors = np.stack([np.asarray(image.resize((2, 2)), np.float32).ravel()[:8] for image in images])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        if self.kind in BROKEN:
            dark = np.array([np.asarray(image).mean() < 40 for image in images])
            vectors[dark] = BROKEN[self.kind]
        return vectors[:-1] if self.kind == "short" else vectors

@hookimpl
def register_backbones():
    return [
        BackboneSpec(kind, "Broken", 8, 64, "CC0-1.0", lambda kind=kind: kind, lambda device, kind=kind: Backbone(kind))
        for kind in (*BROKEN, "short")
    ]
"""


@pytest.fixture
def alike(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of twelve images that are all the same."""
    (tmp_path / "alike").mkdir()
    for number in range(12):
        Image.new("RGB", (64, 64), (200, 190, 170)).save(tmp_path / "alike" / f"{number}.png")
    with Workspace.create(tmp_path / "workspace") as workspace:
        workspace.harvest([str(tmp_path / "alike")], collection="alike")
        workspace.embed()
        workspace.build_index()
        yield workspace


def _ids(workspace: Workspace, slug: str) -> list[str]:
    return [item.id for record in workspace.records(slug) for item in workspace.record_items(record.id)]


def test_images_that_are_all_alike_score_alike(alike: Workspace) -> None:
    ids = _ids(alike, "alike")
    found = alike.search(items=ids[:1], count=100)
    assert len({card.score for card in found.cards}) == 1
    assert len(found.cards) == 12
    alike.create_class("A", positives=ids[:1])
    alike.mark("A", {ids[1]: -1}, op_id="a")
    alike.fit("A")
    for strategy in STRATEGIES:
        assert len(alike.suggest("A", strategy, count=100).cards) == 10
    assert len({card.score for card in alike.ranking("A", count=100).cards}) == 1


def test_contradictory_marks_leave_what_was_learned(alike: Workspace, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for number in range(8):
        pixels = np.random.default_rng(number).integers(0, 255, (48, 48, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "other" / f"{number}.png")
    alike.harvest([str(tmp_path / "other")], collection="other")
    alike.embed()
    ids = _ids(alike, "alike")
    alike.create_class("A", positives=ids[:4])
    alike.mark("A", dict.fromkeys(ids[4:8], -1), op_id="a")  # the very same picture
    alike.fit("A")
    scores = {card.record_label: card.score or 0.0 for card in alike.ranking("A", count=20).cards}
    assert scores["alike"] > scores["other"]  # what can be told is told


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_more_is_wanted_than_there_is(archive: Workspace, items_of: Find, strategy: str) -> None:
    archive.create_class("Discs", positives=items_of("discs")[:2])
    archive.fit("Discs")
    assert len(archive.suggest("Discs", strategy, count=5_000).cards) == 34
    assert len(archive.ranking("Discs", count=5_000).cards) == 36
    assert len(archive.search(items=items_of("discs")[:1], count=5_000).cards) == 36


@pytest.mark.parametrize("value", [-1, 0])
def test_marks_of_one_kind_teach_nothing_and_say_so(archive: Workspace, items_of: Find, value: int) -> None:
    archive.create_class("Discs")
    archive.mark("Discs", dict.fromkeys(items_of("discs"), value), op_id="a")
    with pytest.raises(UsageError, match="no positive mark; mark an example first"):
        archive.fit("Discs")
    assert len(archive.suggest("Discs", count=50).cards) == 24
    assert run(["class", "fit", "Discs", "--workspace", str(archive.folder)]) == 2
    assert run(["enrich", "Discs", "--workspace", str(archive.folder)]) == 2


def test_everything_positive_is_ranked(archive: Workspace, items_of: Find) -> None:
    every = [item for kind in ("discs", "frames", "stripes") for item in items_of(kind)]
    archive.create_class("All", positives=every)
    archive.fit("All")
    assert archive.suggest("All").cards == ()
    assert len(archive.ranking("All", count=50).cards) == 36


def _host(folder: Path, monkeypatch: pytest.MonkeyPatch) -> PluginHost:
    (folder / "bad_input_plugin.py").write_text(BACKBONE, "utf-8")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "bad_input_plugin", raising=False)
    from importlib.metadata import entry_points

    ours = [entry for entry in entry_points(group="snoop_flow") if entry.name == "builtin"]
    return PluginHost([*ours, EntryPoint("broken", "bad_input_plugin", "snoop_flow")])


@pytest.fixture
def broken(alike: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The same workspace with one dark image, and backbones that make nothing of it."""
    (tmp_path / "dark").mkdir()
    Image.new("RGB", (64, 64), (9, 9, 9)).save(tmp_path / "dark" / "dark.png")
    alike.harvest([str(tmp_path / "dark")], collection="dark")
    workspace = Workspace(alike.folder, Settings(), _host(tmp_path, monkeypatch))
    with workspace:
        yield workspace


@pytest.mark.parametrize("kind", ["zero", "nan", "infinite"])
def test_a_vector_that_says_nothing_never_enters_the_corpus(broken: Workspace, tmp_path: Path, kind: str) -> None:
    report = broken.embed(backbone=kind)
    assert (report.embedded, report.failed) == (12, 1)
    assert report.failures[0].reason == f"the backbone {kind} gave a vector that is zero or not finite"
    assert len(broken.search(items=_ids(broken, "alike")[:1], count=50).cards) == 12
    dark = (tmp_path / "dark" / "dark.png").read_bytes()
    with pytest.raises(UsageError, match=f"the backbone {kind} makes nothing of the query image"):
        broken.search(image=dark)
    with pytest.raises(UsageError, match="makes nothing of the query image"):
        broken.create_class("Dark", start=Query(image=dark))


def test_a_backbone_that_gives_too_few_vectors_is_named(broken: Workspace) -> None:
    with pytest.raises(IntegrityError, match="backbone short gave vectors of shape"):
        broken.embed(backbone="short")
    assert broken.jobs()[0].state == "failed"


def test_a_class_of_another_backbone_is_taught_and_searched_on_its_own(broken: Workspace) -> None:
    ids = _ids(broken, "alike")
    broken.embed(backbone="zero")  # from now on the one that searches use
    broken.create_class("A", positives=ids[:1], backbone="distilled")
    assert broken.class_summary("A").backbone == "distilled"
    assert broken.suggest("A", count=3).backbone == "distilled"
    dark = _ids(broken, "dark")
    broken.create_class("B", positives=dark, backbone="zero")
    with pytest.raises(UsageError, match="no positive mark whose image is embedded"):
        broken.fit("B")


def test_numbers_out_of_range_are_named(archive: Workspace, items_of: Find) -> None:
    archive.create_class("Discs", positives=items_of("discs")[:2])
    archive.fit("Discs")
    archive.enrich(["Discs"])
    nan = float("nan")
    for wrong in (
        lambda: archive.search(items=items_of("discs")[:1], count=0),
        lambda: archive.suggest("Discs", count=-1),
        lambda: archive.suggest("Discs", window=(nan, 1.0)),
        lambda: archive.suggest("Discs", window=(1.0, -1.0)),
        lambda: archive.suggest("Discs", discovery_rate=1.5),
        lambda: archive.suggest("Discs", temporal_range=nan),
        lambda: archive.set_threshold("Discs", nan),
        lambda: archive.histogram("Discs", 0),
        lambda: archive.bands("Discs", 0.0),
        lambda: archive.bands("Discs", nan),
        lambda: archive.predictions("Discs", limit=-1),
        lambda: archive.predictions("Discs", offset=-1),
        lambda: archive.review("Discs", accept_above=nan),
        lambda: archive.mark("Discs", {items_of("discs")[0]: 2}, op_id="a"),
        lambda: archive.disagreements("Discs", count=0),
        lambda: archive.rounds("Discs", 0),
    ):
        with pytest.raises(UsageError):
            wrong()
