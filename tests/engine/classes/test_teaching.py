"""From marks to annotations: the curator's way through the engine, and what must never happen on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.entities import Status
from snoop_flow.errors import ConflictError, NotFoundError, PluginError, UsageError

Find = Callable[[str], list[str]]
Errors = Callable[[Mapping[str, Any]], list[str]]


@pytest.fixture
def taught(archive: Workspace, items_of: Find) -> Workspace:
    """The archive with a fitted class “Stripes”."""
    archive.create_class("Stripes", labels={"fr": ("Rayures",), "en": ("Stripes",)}, positives=items_of("stripes")[:3])
    archive.mark("Stripes", dict.fromkeys([*items_of("discs")[:3], *items_of("frames")[:3]], -1), op_id="1")
    archive.fit("Stripes")
    return archive


def test_marks_are_idempotent_and_undone_by_their_inverse(archive: Workspace, items_of: Find) -> None:
    one, two = items_of("stripes")[:2]
    archive.create_class("Stripes")
    archive.mark("Stripes", {one: 1}, op_id="a")
    report = archive.mark("Stripes", {one: 1}, op_id="a")
    assert (report.positives, report.negatives) == (1, 0)
    archive.mark("Stripes", {one: -1, two: 0}, op_id="b")
    assert archive.marks("Stripes") == {one: -1, two: 0}
    archive.undo("Stripes", "b", new_op_id="c")
    assert archive.marks("Stripes") == {one: 1}
    archive.undo("Stripes", "c", new_op_id="d")
    assert archive.marks("Stripes") == {one: -1, two: 0}
    assert [entry.op_id for entry in archive.mark_history("Stripes")] == ["d", "c", "b", "a"]


def test_wrong_marks_keep_nothing(archive: Workspace, items_of: Find) -> None:
    archive.create_class("Stripes")
    with pytest.raises(NotFoundError, match="no item 'x'"):
        archive.mark("Stripes", {items_of("discs")[0]: 1, "x": 1}, op_id="a")
    with pytest.raises(UsageError, match="one of 1, -1, 0"):
        archive.mark("Stripes", {items_of("discs")[0]: 5}, op_id="a")
    with pytest.raises(NotFoundError, match="no operation 'z'"):
        archive.undo("Stripes", "z", new_op_id="y")
    assert archive.marks("Stripes") == {}


def test_a_class_is_learned_from_a_few_marks(taught: Workspace) -> None:
    ranking = taught.ranking("Stripes", count=12)
    assert {card.record_label for card in ranking.cards} == {"stripes"}
    assert [card.mark for card in ranking.cards].count(1) == 3
    summary = taught.class_summary("Stripes")
    assert (summary.positives, summary.negatives, summary.visual_class.version) == (3, 6, 1)


def test_fitting_is_deterministic_and_makes_a_new_version(archive: Workspace, items_of: Find) -> None:
    for name in ("a", "b"):
        archive.create_class(name, positives=items_of("discs")[:3])
        archive.fit(name)
    scores = [[card.score for card in archive.ranking(name, count=36).cards] for name in ("a", "b")]
    assert scores[0] == pytest.approx(scores[1], abs=0.05)
    assert archive.fit("a").version == 2


@pytest.mark.parametrize("strategy", ["relevant", "most-useful", "ambiguous", "discovery", "random"])
def test_every_strategy_shows_unjudged_items_of_the_filter_only(
    taught: Workspace, strategy: str, pictures: Path
) -> None:
    report = taught.suggest("Stripes", strategy, count=10, collection="drawn", seed=1)
    assert len({card.item for card in report.cards}) == 10
    assert {card.mark for card in report.cards} == {None}
    assert {card.why for card in report.cards} == {strategy}
    again = taught.suggest("Stripes", strategy, count=10, collection="drawn", seed=1)
    assert [card.item for card in again.cards] == [card.item for card in report.cards]


def test_a_score_window_limits_what_is_shown(taught: Workspace) -> None:
    low = [card.score for card in taught.suggest("Stripes", window=(-100, 0), count=50).cards]
    assert low
    assert all(score is not None and score <= 0 for score in low)


def test_a_class_without_marks_is_shown_something_and_cannot_be_fitted(archive: Workspace) -> None:
    archive.create_class("New")
    report = archive.suggest("New", "relevant", count=5)
    assert len(report.cards) == 5
    with pytest.raises(UsageError, match="no positive mark"):
        archive.fit("New")
    with pytest.raises(UsageError, match="no model yet"):
        archive.enrich(["New"])
    with pytest.raises(PluginError, match="unknown strategy 'clever'; known are ambiguous"):
        archive.suggest("New", "clever")


def test_a_histogram_counts_every_item_and_mark(taught: Workspace) -> None:
    found = taught.histogram("Stripes", bins=10)
    assert (sum(found.counts), sum(found.positives), sum(found.negatives)) == (36, 3, 6)
    assert len(found.edges) == 11


def test_enrichment_respects_marks_and_verdicts(taught: Workspace, items_of: Find) -> None:
    report = taught.enrich(["Stripes"], threshold=-100)
    assert (report.scored, report.predicted) == (36, 30)
    summary = taught.class_summary("Stripes")
    assert summary.predictions == {Status.PROPOSED: 27, Status.ACCEPTED: 3, Status.REJECTED: 0}
    wrong = items_of("discs")[5]
    taught.review("Stripes", reject=[wrong])
    taught.enrich(["Stripes"])
    by_item = {card.item: card.status for card in taught.predictions("Stripes", limit=100)}
    assert by_item[wrong] == "rejected"
    assert not set(items_of("discs")[:3]) & set(by_item)
    assert sum(status == "proposed" for status in by_item.values()) < 27


def test_a_later_negative_mark_takes_an_acceptance_back(taught: Workspace, items_of: Find) -> None:
    item = items_of("stripes")[0]
    taught.enrich(["Stripes"])
    assert {card.item: card.status for card in taught.predictions("Stripes")}[item] == "accepted"
    taught.mark("Stripes", {item: -1}, op_id="later")
    taught.enrich(["Stripes"])
    assert {card.item: card.status for card in taught.predictions("Stripes")}[item] == "rejected"
    taught.review("Stripes", accept=[item])
    taught.enrich(["Stripes"])
    assert {card.item: card.status for card in taught.predictions("Stripes")}[item] == "accepted"


def test_review_refuses_contradictions_and_strangers(taught: Workspace, items_of: Find) -> None:
    taught.enrich(["Stripes"])
    item = items_of("stripes")[5]
    with pytest.raises(UsageError, match="both accepted and rejected"):
        taught.review("Stripes", accept=[item], reject=[item])
    with pytest.raises(UsageError, match="not every item"):
        taught.review("Stripes", accept=[items_of("discs")[0]])
    before = taught.review("Stripes").accepted
    assert taught.review("Stripes", accept=[item]).accepted == before + 1
    assert taught.review("Stripes", reset=[item]).accepted == before


def test_publishing_twice_gives_the_same_and_a_rejection_withdraws(taught: Workspace, items_of: Find) -> None:
    taught.enrich(["Stripes"])
    taught.review("Stripes", accept_above=-100)
    first = taught.publish(["Stripes"])
    assert first.annotations == first.changed > 3
    assert taught.publish(["Stripes"]).changed == 0
    item = items_of("stripes")[0]
    page = taught.annotation_page(item)
    ids = [annotation["id"] for annotation in page["items"]]
    verdict = taught.annotation_document(ids[1].split("/annotations/")[1])
    assert (verdict["motivation"], verdict["target"]) == ("assessing", ids[0])
    taught.review("Stripes", reject=[item])
    again = taught.publish(["Stripes"])
    assert (again.withdrawn, again.annotations) == (1, first.annotations - 1)
    assert taught.annotation_page(item)["items"] == []
    local = ids[0].split("/annotations/")[1]
    assert ids[1] == f"{ids[0]}/assessment"
    assert taught.annotation(local).withdrawn_at is not None
    with pytest.raises(NotFoundError, match="was withdrawn"):
        taught.annotation_document(local)
    with pytest.raises(ConflictError, match="published annotations"):
        taught.delete_class("Stripes")


def test_every_exported_document_is_valid(
    taught: Workspace, tmp_path: Path, iiif_errors: Errors, w3c_errors: Errors
) -> None:
    taught.enrich(["Stripes"])
    taught.review("Stripes", accept_above=-100)
    count = taught.publish(["Stripes"], policy="all").annotations
    report = taught.export("iiif", tmp_path / "tree")
    assert report.records == count
    assert len(report.files) == count + 2
    for file in report.files:
        document = json.loads(Path(file).read_text("utf-8"))
        assert iiif_errors(document) == [], file
        if document["type"] == "AnnotationPage":
            assert w3c_errors(document) == [], file
    lines = taught.export("w3c", tmp_path / "lines.jsonl").files[0]
    for line in Path(lines).read_text("utf-8").splitlines():
        assert w3c_errors(json.loads(line)) == []
    table = Path(taught.export("csv", tmp_path / "t.csv", classes=["Stripes"], collection="drawn").files[0])
    rows = table.read_text("utf-8").splitlines()
    assert len(rows) == count + 1
    assert rows[0].startswith("annotation,collection,record")


def test_an_export_never_overwrites_a_folder_with_things_in_it(taught: Workspace, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="folder with things in it"):
        taught.export("iiif", tmp_path / "tree")
    with pytest.raises(PluginError, match="unknown format"):
        taught.export("mods", tmp_path / "x")


def test_a_class_travels_as_a_file(taught: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "stripes.json"
    taught.export_class("Stripes", path)
    with pytest.raises(ConflictError, match="choose another name"):
        taught.import_class(path)
    taught.import_class(path, "Imported")
    assert [card.item for card in taught.ranking("Imported").cards] == [
        card.item for card in taught.ranking("Stripes").cards
    ]
    document = json.loads(path.read_text("utf-8"))
    for name, value, message in (
        ("weights", "AAAAAA==", "finite numbers"),
        ("fingerprint", "another", "nothing is embedded with"),
        ("bias", "x", "damaged at bias"),
        ("format", "x", "no class file of this version"),
    ):
        path.write_text(json.dumps({**document, name: value}), "utf-8")
        with pytest.raises(UsageError, match=message):
            taught.import_class(path, "Another")


def test_a_fork_goes_on_from_marks_and_model(taught: Workspace) -> None:
    taught.fork_class("Stripes", "Thin stripes")
    assert taught.marks("Thin stripes") == taught.marks("Stripes")
    assert taught.class_summary("Thin stripes").visual_class.version == 1


def test_classes_are_renamed_archived_and_deleted(taught: Workspace) -> None:
    taught.create_class("Other")
    with pytest.raises(ConflictError, match="already"):
        taught.update_class("Other", name="Stripes")
    taught.update_class("Other", name="Another", definition="d", concept_uri="http://www.wikidata.org/entity/Q1")
    assert taught.class_summary("Another").visual_class.definition == "d"
    taught.archive_class("Another")
    assert [summary.visual_class.name for summary in taught.classes()] == ["Stripes"]
    taught.delete_class("Stripes")
    with pytest.raises(NotFoundError, match="no class 'Stripes'"):
        taught.class_summary("Stripes")


def test_the_threshold_is_kept_by_later_versions(taught: Workspace) -> None:
    taught.set_threshold("Stripes", 0.7)
    taught.fit("Stripes")
    model = taught.class_summary("Stripes").model
    assert model is not None
    assert model.threshold == 0.7
