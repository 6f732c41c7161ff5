"""A class goes to another backbone by its marks; the old vectors serve until the new ones are complete."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest
from PIL import Image

from snoop_flow import Workspace, jobs
from snoop_flow.classes.lessons import lesson_of
from snoop_flow.classes.teaching import fitted, keep
from snoop_flow.cli import run
from snoop_flow.errors import ConflictError, IntegrityError, NotFoundError, UsageError
from snoop_flow.host import GROUP, PluginHost
from snoop_flow.plugin_types import BackboneSpec
from snoop_flow.searching import Query
from snoop_flow.settings import load_settings
from snoop_flow.store import classes

Find = Callable[[str], list[str]]

GRID = '''
import numpy as np
from snoop_flow import hookimpl
from snoop_flow.plugin_types import BackboneSpec

class Grid:
    """Sees how much ink runs which way in each of 4 × 4 cells; the word "stripes" is slanted ink everywhere."""
    dimension = 32
    fingerprint = "grid/1"

    def embed_images(self, images):
        return np.array([self._row(one) for one in images], np.float32).reshape(-1, 32)

    def _row(self, image):
        grey = np.asarray(image.convert("L").resize((97, 97)), np.float32)
        down, across = np.abs(np.diff(grey, axis=0))[:, :-1], np.abs(np.diff(grey, axis=1))[:-1]
        kinds = np.stack([np.minimum(down, across), np.abs(down - across)])
        cells = kinds.reshape(2, 4, 24, 4, 24).mean(axis=(2, 4)).ravel() + 0.1
        return cells / np.linalg.norm(cells)

    def embed_texts(self, texts):
        row = np.r_[np.ones(16), np.zeros(16)] / 4
        return np.array([row for _ in texts], np.float32).reshape(-1, 32)

@hookimpl
def register_backbones():
    return [BackboneSpec("grid", "Ink in cells", 32, 96, "CC0", lambda: "grid/1", lambda device: Grid(), True,
                         languages="one word")]
'''


@pytest.fixture
def plugged(archive: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The archive with a plugin of another backbone, which nothing is embedded with yet."""
    (tmp_path / "grid_plugin.py").write_text(GRID, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    entries = [*entry_points(group=GROUP), EntryPoint("grid", "grid_plugin", GROUP)]
    settings = replace(load_settings(archive.folder), embed_batch=10)
    with Workspace(archive.folder, settings, PluginHost(entries)) as workspace:
        yield workspace


@pytest.fixture
def taught(plugged: Workspace, items_of: Find) -> Workspace:
    """With a class of stripes, fitted on the old backbone, and everything embedded with the new one."""
    plugged.create_class("Stripes", positives=items_of("stripes")[:4])
    plugged.mark("Stripes", dict.fromkeys(items_of("discs")[:3] + items_of("frames")[:3], -1), op_id="first")
    plugged.fit("Stripes")
    plugged.embed(backbone="grid")
    return plugged


def _models(workspace: Workspace) -> list[tuple[int, str, int, float]]:
    """Version, fingerprint, bytes of weights and threshold of each version, the newest first."""
    with workspace.catalogue.read() as connection:
        found = classes.models(connection, classes.find(connection, "Stripes").id)
    return [(one.version, one.fingerprint, len(one.weights), one.threshold) for one in found]


def test_a_class_is_fitted_on_the_new_vectors_and_keeps_its_past(taught: Workspace, items_of: Find) -> None:
    taught.enrich(["Stripes"])
    proposed = {card.item: card.score for card in taught.predictions("Stripes")}
    before = _models(taught)
    report = taught.move_class("Stripes", "grid")
    assert (report.version, report.backbone, report.moved_from) == (2, "grid", "distilled")
    assert (report.positives, report.negatives, report.lacking, report.threshold) == (4, 6, 0, 0.0)
    assert [(version, size) for version, _, size, _ in _models(taught)] == [(2, 4 * 32), (1, before[0][2])]
    assert _models(taught)[1] == before[0]
    assert {card.item: card.score for card in taught.predictions("Stripes")} == proposed
    assert taught.class_summary("Stripes").backbone == "grid"
    first = {card.item for card in taught.ranking("Stripes", count=12).cards}
    assert first == set(items_of("stripes"))
    taught.enrich(["Stripes"])
    assert {card.item: card.score for card in taught.predictions("Stripes")} != proposed
    assert taught.fit("Stripes").version == 3


def test_blind_answers_tell_of_the_class_on_its_new_vectors_too(taught: Workspace, items_of: Find) -> None:
    """Their chances to be asked follow from the old vectors, and are as they were."""
    stripes = set(items_of("stripes"))
    for backbone in ("distilled", "grid"):
        shown = [card.item for card in taught.audit_next("Stripes", 10).cards]
        taught.audit_answers("Stripes", {item: 1 if item in stripes else -1 for item in shown})
        assert taught.audits("Stripes")[0].answered == 10
        if backbone == "distilled":
            taught.move_class("Stripes", "grid")
            assert taught.audit_report("Stripes").answers == 10
    rest = taught.audit_next("Stripes", 10).cards
    assert len(rest) == 6  # nothing is asked twice
    taught.audit_answers("Stripes", {card.item: 1 if card.item in stripes else -1 for card in rest})
    report = taught.audit_report("Stripes")
    assert (report.answers, [one.version for one in report.audits]) == (26, [2, 1])
    assert report.figures is not None
    assert report.figures.members.interval == (12, 12)
    with pytest.raises(NotFoundError, match="no version 1 on its present vectors"):
        taught.audit_report("Stripes", version=1)


def test_a_chosen_threshold_proposes_as_many_items_as_before(taught: Workspace) -> None:
    scores = sorted((card.score or 0 for card in taught.ranking("Stripes", count=36).cards), reverse=True)
    taught.set_threshold("Stripes", (scores[8] + scores[9]) / 2)
    report = taught.move_class("Stripes", "grid")
    assert report.threshold == _models(taught)[0][3]
    above = [card for card in taught.ranking("Stripes", count=36).cards if (card.score or 0) >= report.threshold]
    assert len(above) == 9
    taught.set_threshold("Stripes", 1e6)
    taught.move_class("Stripes", "distilled")
    assert taught.enrich(["Stripes"]).predicted == 4  # those that were marked, and nothing beside them


def test_what_cannot_be_moved_says_why_and_stays(plugged: Workspace, items_of: Find) -> None:
    plugged.create_class("Stripes", positives=items_of("stripes")[:2])
    plugged.fit("Stripes")
    with pytest.raises(NotFoundError, match="nothing is embedded with the backbone grid yet"):
        plugged.move_class("Stripes", "grid")
    with pytest.raises(ConflictError, match="is taught on distilled already"):
        plugged.move_class("Stripes", "distilled")
    plugged.embed(backbone="grid")
    plugged.mark("Stripes", dict.fromkeys(items_of("stripes")[:2]), op_id="cleared")
    with pytest.raises(UsageError, match="class Stripes cannot be moved to grid: it has no positive mark"):
        plugged.move_class("Stripes", "grid")
    assert plugged.class_summary("Stripes").backbone == "distilled"
    assert len(_models(plugged)) == 1


def test_a_start_goes_along_where_it_can_be_asked_again(taught: Workspace, items_of: Find) -> None:
    picture = taught.folder.parent / "query.jpg"
    Image.new("RGB", (80, 60), "gray").save(picture)
    taught.create_class("By image", start=Query(image=picture.read_bytes()), backbone="distilled")
    taught.create_class("By items", start=Query(items=items_of("discs")[:2]), backbone="distilled")
    taught.create_class("By text", start=Query(text="stripes"), backbone="grid")
    assert not taught.move_class("By image", "grid").started_anew
    assert taught.move_class("By items", "grid").started_anew
    assert taught.move_class("By items", "distilled").started_anew
    found = {one.visual_class.name: one.visual_class for one in taught.classes()}
    assert (found["By image"].start, found["By image"].start_note) == (None, "")
    assert found["By items"].start_note == f"items: {', '.join(items_of('discs')[:2])}"
    # a backbone that reads nothing has no place for a text; without marks nothing is left of the class
    assert not taught.move_class("By text", "distilled").started_anew
    assert taught.class_summary("By text").visual_class.version == 0


def test_a_round_of_before_is_taken_back_by_fitting_anew(taught: Workspace) -> None:
    cards = taught.suggest("Stripes", "most-useful", count=4).cards
    taught.mark("Stripes", {card.item: 1 if card.record_label == "stripes" else -1 for card in cards}, op_id="round")
    taught.fit("Stripes")
    taught.move_class("Stripes", "grid")
    undone = taught.undo_round("Stripes")
    assert (undone.returned_to, undone.version) == (1, 4)
    assert _models(taught)[0][1:3] == ("grid/1", 4 * 32)
    assert taught.ranking("Stripes", count=3).cards


def test_blind_answers_go_along(taught: Workspace) -> None:
    sheet = taught.audit_next("Stripes", count=26)
    taught.audit_answers("Stripes", {card.item: 1 if card.record_label == "stripes" else -1 for card in sheet.cards})
    before = taught.audit_report("Stripes")
    taught.move_class("Stripes", "grid")
    after = taught.audit_report("Stripes")
    assert (after.version, after.answers, after.needed) == (2, before.answers, 0)
    assert after.figures is not None


def test_who_fitted_while_it_moved_is_told(taught: Workspace) -> None:
    lesson = lesson_of(taught, "Stripes")
    model, _ = fitted(lesson, None)
    taught.move_class("Stripes", "grid")
    with pytest.raises(ConflictError, match="was moved to another backbone meanwhile"):
        keep(lesson, model, 0.0)
    assert [version for version, *_ in _models(taught)] == [2, 1]


# --- switching ---------------------------------------------------------------------------------------------------


def test_the_old_set_serves_until_the_new_one_is_complete(plugged: Workspace, items_of: Find) -> None:
    item = items_of("stripes")[0]
    job = jobs.create(plugged, "embed", {"collection": None, "backbone": "grid", "device": None})
    units = plugged.plan_job(job.id)
    assert len(units) == 5
    for unit in units[:-1]:
        plugged.do_unit(unit)
        assert plugged.status().backbone == "distilled"
        found = plugged.search(items=[item])
        assert (found.backbone, found.coverage) == ("distilled", 1.0)
    plugged.do_unit(units[-1])
    plugged.finish_job(job.id)
    assert plugged.search(items=[item]).backbone == "grid"
    assert plugged.embed().embedded == 0
    assert plugged.embed().backbone == "grid"


def test_switching_embeds_indexes_and_moves_what_can_be_moved(plugged: Workspace, items_of: Find) -> None:
    for kind in ("stripes", "discs"):
        plugged.create_class(kind.capitalize(), positives=items_of(kind)[:3])
        plugged.fit(kind.capitalize())
    plugged.create_class("Vanished", positives=items_of("frames")[:1])
    plugged.fit("Vanished")
    plugged.mark("Vanished", {items_of("frames")[0]: None}, op_id="cleared")
    told: list[str] = []
    report = plugged.switch_backbone("grid", progress=lambda done, total, what: told.append(what))
    assert (report.embed.embedded, report.index.items, report.serves) == (36, 36, True)
    assert {one.visual_class for one in report.moved} == {"Stripes", "Discs"}
    assert [(one.visual_class, "no positive mark" in one.reason) for one in report.left] == [("Vanished", True)]
    assert told
    again = plugged.switch_backbone("grid")
    assert (again.embed.embedded, again.moved) == (0, ())
    facts = {one.name: one for one in plugged.backbones()}
    assert (facts["grid"].items, facts["grid"].serves, facts["grid"].languages) == (36, True, "one word")
    assert (facts["distilled"].items, facts["distilled"].serves) == (36, False)


def test_the_setting_decides_what_serves(plugged: Workspace) -> None:
    plugged.embed(backbone="grid")
    chosen = replace(plugged.settings, backbone="distilled")
    with Workspace(plugged.folder, chosen, plugged.host) as workspace:
        assert workspace.embedding_set().backbone == "distilled"
        assert not workspace.switch_backbone("grid").serves


def test_vectors_of_another_dimension_are_refused(plugged: Workspace, items_of: Find) -> None:
    plugged.embed(backbone="grid")
    spec = plugged.host.backbones["grid"]
    assert isinstance(spec, BackboneSpec)
    plugged.host.__dict__["backbones"] = {**plugged.host.backbones, "grid": replace(spec, dimension=48)}
    with pytest.raises(IntegrityError, match="its vectors have 48 numbers, but those that are kept for it have 32"):
        plugged.embed(backbone="grid")
    assert plugged.search(items=items_of("discs")[:1]).cards


def test_the_commands(archive: Workspace, items_of: Find, capsys: pytest.CaptureFixture[str]) -> None:
    archive.create_class("Stripes", positives=items_of("stripes")[:3])
    archive.fit("Stripes")
    folder = ["--workspace", str(archive.folder)]
    assert run(["class", "move", "Stripes", "--backbone", "distilled", *folder]) == 2
    assert "is taught on distilled already" in capsys.readouterr().err
    assert run(["backbone", "switch", "distilled", "--json", *folder]) == 0
    switched = json.loads(capsys.readouterr().out)
    assert (switched["embed"]["skipped"], switched["moved"], switched["serves"]) == (36, [], True)
    assert run(["backbone", "switch", "distilled", *folder]) == 0
    assert "Searches use distilled now." in capsys.readouterr().out
    assert run(["backbone", "list", *folder]) == 0
    assert "[36 items, serves]" in capsys.readouterr().out
    assert run(["backbone", "show", "distilled", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dimension"] > 0
    assert run(["backbone", "show", "nothing"]) == 2
    assert "unknown backbone 'nothing'" in capsys.readouterr().err
