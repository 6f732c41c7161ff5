"""What an enrichment scores, keeps and leaves: many classes, several embedding sets, thresholds, bands and caps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from snoop_flow import Workspace, jobs
from snoop_flow.benchmarks.archives import add_classes, made_up_archive
from snoop_flow.benchmarks.corpora import made_up, units
from snoop_flow.entities import EmbeddingSet, Status
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.store import classes, embeddings, predictions
from snoop_flow.vectors import write_shard

ITEMS, DIMENSION, KEPT = 3_000, 24, 40


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Three thousand made-up vectors, enriched in units of 700."""
    monkeypatch.setenv("SNOOP_FLOW_ENRICH_BATCH", "700")
    blocks = made_up(ITEMS, DIMENSION, np.random.default_rng(0))
    with made_up_archive(tmp_path / "archive", blocks, DIMENSION) as workspace:
        yield workspace


@pytest.fixture
def ids(archive: Workspace) -> list[str]:
    """Four classes that let forty items pass each."""
    return add_classes(archive, 4, KEPT, np.random.default_rng(0))


def kept(workspace: Workspace, name: str) -> dict[str, float]:
    """Item id → score of every prediction of a class; in a made-up archive an item's id is its number."""
    with workspace.catalogue.read() as connection:
        return {str(one.item): one.score for one in predictions.page(connection, name, limit=ITEMS)}


def truth(workspace: Workspace, name: str, floor: float) -> dict[str, float]:
    """The same by a plain scan of the originals."""
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        model = classes.model(connection, found.id)
        known = embeddings.set_by_id(connection, found.set_id)
    assert model is not None
    view = workspace.vectors(known)
    scores = view.scores(np.frombuffer(model.weights, "<f4"), model.bias)
    rows = np.flatnonzero(scores >= np.float32(floor))
    return {str(view.numbers[row]): float(scores[row]) for row in rows}


def threshold(workspace: Workspace, name: str) -> float:
    """The threshold of a class."""
    model = workspace.class_summary(name).model
    assert model is not None
    return model.threshold


def embed_more(workspace: Workspace, known: EmbeddingSet, numbers: list[int], seed: int) -> None:
    """Seal vectors of some items as if they were embedded now."""
    rng = np.random.default_rng(seed)
    vectors = units(rng.standard_normal((len(numbers), known.dimension)).astype(np.float32))
    file = f"{known.id}/more-{seed}.safetensors"
    sha256 = write_shard(workspace.vector_folder / file, vectors, np.array(numbers), known.fingerprint)
    with workspace.catalogue.write() as connection:
        embeddings.seal(connection, known.id, file, sha256, numbers, dict.fromkeys(numbers, f"image {seed}"))


def test_many_classes_are_scored_at_once_and_exactly(archive: Workspace, ids: list[str]) -> None:
    report = archive.enrich(ids)
    assert (report.scored, report.skipped) == (4 * ITEMS, 0)
    assert archive.job(report.job).total == 6  # five ranges, and what was marked
    for one in report.classes:
        assert kept(archive, one.visual_class) == truth(archive, one.visual_class, one.threshold)
        assert one.predicted == KEPT
    assert report.predicted == 4 * KEPT


def test_classes_of_several_embedding_sets_are_applied_in_one_run(archive: Workspace, ids: list[str]) -> None:
    with archive.catalogue.write() as connection:
        other = embeddings.ensure_set(connection, "other", "other", 9)
    embed_more(archive, other, list(range(100, 600)), 1)
    (second,) = add_classes(archive, 1, 7, np.random.default_rng(5), other)
    report = archive.enrich([ids[0], second, ids[1], second])
    found = {one.visual_class: (one.scored, one.predicted) for one in report.classes}
    assert found == {ids[0]: (ITEMS, KEPT), ids[1]: (ITEMS, KEPT), second: (500, 7)}
    assert kept(archive, second) == truth(archive, second, threshold(archive, second))


def test_the_next_run_scores_only_what_is_new(archive: Workspace, ids: list[str]) -> None:
    archive.enrich(ids[:3])
    again = archive.enrich(ids)
    assert [(one.scored, one.skipped) for one in again.classes] == [(0, ITEMS)] * 3 + [(ITEMS, 0)]
    known = archive.embedding_set()
    embed_more(archive, known, [5, 6, 7, 1500, 2999], 1)
    more = archive.enrich(ids)
    assert [(one.scored, one.skipped) for one in more.classes] == [(5, ITEMS - 5)] * 4
    for name in ids:
        assert kept(archive, name) == truth(archive, name, threshold(archive, name))
    everything = archive.enrich(ids, everything=True)
    assert (everything.scored, everything.skipped) == (4 * ITEMS, 0)


def test_another_threshold_or_version_is_taken_from_what_is_known_where_it_can_be(
    archive: Workspace, ids: list[str]
) -> None:
    name, usual = ids[0], threshold(archive, ids[0])
    archive.enrich([name])
    (higher,) = archive.enrich([name], threshold=usual + 0.05).classes
    assert (higher.scored, higher.withdrawn) == (0, KEPT - len(truth(archive, name, usual + 0.05)))
    assert kept(archive, name) == truth(archive, name, usual + 0.05)
    assert archive.enrich([name]).scored == ITEMS  # what lies between was dropped
    assert kept(archive, name) == truth(archive, name, usual)
    with archive.catalogue.write() as connection:
        model = classes.model(connection, name)
        assert model is not None
        values = {field: getattr(model, field) for field in type(model).__slots__}
        classes.add_model(connection, type(model)(**{**values, "version": 2, "bias": 0.1}))
    assert archive.enrich([name]).scored == ITEMS
    assert kept(archive, name) == truth(archive, name, usual)


def test_a_collection_alone_is_no_substitute_for_the_whole(archive: Workspace, ids: list[str]) -> None:
    assert archive.enrich(ids[:1], collection="made-up").scored == ITEMS
    assert archive.enrich(ids[:1], collection="made-up").scored == 0
    assert archive.enrich(ids[:1]).scored == ITEMS
    assert archive.enrich(ids[:1], collection="made-up").scored == 0
    with pytest.raises(NotFoundError, match="no collection"):
        archive.enrich(ids[:1], collection="elsewhere")


def test_a_floor_keeps_an_uncertain_band_that_is_not_published(archive: Workspace, ids: list[str]) -> None:
    name, usual = ids[0], threshold(archive, ids[0])
    (one,) = archive.enrich([name], floor=usual - 0.1).classes
    everything = truth(archive, name, usual - 0.1)
    assert kept(archive, name) == everything
    assert (one.predicted, one.uncertain) == (len(everything), len(everything) - KEPT)
    assert archive.publish([name], policy="all").annotations == KEPT
    (again,) = archive.enrich([name], floor=usual - 0.1, threshold=usual - 0.05).classes
    assert (again.scored, again.uncertain) == (0, len(everything) - len(truth(archive, name, usual - 0.05)))
    below = min(everything, key=everything.__getitem__)
    archive.review(name, accept=[below])
    assert archive.publish([name]).annotations == 1


def test_a_cap_keeps_the_best_and_lets_the_next_ones_in(archive: Workspace, ids: list[str]) -> None:
    name, usual = ids[0], threshold(archive, ids[0])
    best = sorted(truth(archive, name, usual).items(), key=lambda pair: -pair[1])
    (one,) = archive.enrich([name], most=10).classes
    assert kept(archive, name) == dict(best[:10])
    assert archive.enrich([name], most=10).scored == 0
    archive.review(name, reject=[item for item, _ in best[:4]])
    assert archive.enrich([name], most=10).scored == ITEMS
    assert kept(archive, name) == dict(best[:14])
    assert archive.class_summary(name).predictions[Status.PROPOSED] == 10
    assert archive.enrich([name]).scored == ITEMS
    assert kept(archive, name) == dict(best)
    assert one.withdrawn > 0


def test_marks_made_since_count_although_nothing_is_scored_again(archive: Workspace, ids: list[str]) -> None:
    name, usual = ids[0], threshold(archive, ids[0])
    archive.enrich([name])
    best, *_, worst = sorted(truth(archive, name, usual), key=lambda item: int(item))
    outside = next(str(n) for n in range(1, ITEMS) if str(n) not in truth(archive, name, usual - 0.2))
    archive.mark(name, {best: 1, outside: 1, worst: -1}, op_id="later")
    (one,) = archive.enrich([name]).classes
    assert (one.scored, one.predicted) == (0, 2)
    found = {card.item: card.status for card in archive.predictions(name, limit=ITEMS)}
    assert (found[best], found[outside], found[worst]) == ("accepted", "accepted", "rejected")
    assert archive.enrich([name]).predicted == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"threshold": float("nan")}, "threshold nan: give a finite score"),
        ({"threshold": float("inf")}, "threshold inf: give a finite score"),
        ({"floor": 1e40}, "give a finite score"),
        ({"threshold": 0.1, "floor": 0.2}, "floor 0.2 lies above the threshold"),
        ({"threshold": "high"}, "threshold 'high': is no number"),
        ({"most": 0}, "most 0: give the number"),
    ],
)
def test_what_makes_no_sense_is_refused(
    archive: Workspace, ids: list[str], options: dict[str, float], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        archive.enrich(ids, **options)  # type: ignore[arg-type]
    assert kept(archive, ids[0]) == {}


def test_a_class_whose_vectors_are_gone_or_that_is_deleted_meanwhile_is_named(
    archive: Workspace, ids: list[str]
) -> None:
    job = jobs.create(archive, "enrich", {"names": ids, "collection": None, "threshold": None})
    unit = archive.plan_job(job.id)[-1]
    archive.delete_class(ids[2])
    with pytest.raises(NotFoundError, match=f"class {ids[2]} was deleted"):
        archive.do_unit(unit)
    with archive.catalogue.write() as connection:
        other = embeddings.ensure_set(connection, "other", "other", 9)
    archive.create_class("Empty")
    with archive.catalogue.write() as connection:
        model = classes.model(connection, ids[0])
        assert model is not None
        found = classes.find(connection, "Empty")
        classes.change(connection, found.id, {"set_id": other.id})
        values = {field: getattr(model, field) for field in type(model).__slots__}
        classes.add_model(connection, type(model)(**{**values, "class_id": found.id}))
    with pytest.raises(UsageError, match="no vectors of the backbone other"):
        archive.enrich([ids[0], "Empty"])
    with pytest.raises(UsageError, match="no class given"):
        archive.enrich([])
