import json
from pathlib import Path

import numpy as np
import pytest

from snoop_faiss.plugin import INDEX_TYPES
from snoop_flow.errors import IntegrityError, UsageError
from snoop_flow.plugin_types import FloatArray, Hits, Index, IndexTypeSpec
from snoop_flow.testing import ArrayView, check_index_type, class_vectors

every_type = pytest.mark.parametrize("spec", INDEX_TYPES, ids=lambda spec: spec.name)


@pytest.fixture(scope="module")
def view() -> ArrayView:
    """So many rows that neither masks nor bands fall back to a scan."""
    return ArrayView.of_clusters(12_000, 32, np.random.default_rng(1))


@pytest.fixture(scope="module")
def opened(view: ArrayView, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Index]:
    found: dict[str, Index] = {}
    for spec in INDEX_TYPES:
        folder = tmp_path_factory.mktemp(spec.name)
        spec.build(view, folder, np.random.default_rng(0))
        found[spec.name] = spec.open(folder, view)
    return found


def _truth(view: ArrayView, query: FloatArray, keep: np.ndarray) -> list[int]:
    scores = np.where(keep, view.vectors @ query, -np.inf)
    best: list[int] = np.argsort(-scores, kind="stable")[: min(50, int(keep.sum()))].tolist()
    return best


def _recall(hits: Hits, truth: list[int]) -> float:
    return len(set(hits.rows.tolist()) & set(truth)) / len(truth)


@every_type
def test_keeps_the_contract(spec: IndexTypeSpec) -> None:
    check_index_type(spec, recall=0.9)


@every_type
@pytest.mark.parametrize("share", [1.0, 0.4])
@pytest.mark.parametrize("rank", [0, 300])
def test_masks_and_bands_act_inside(
    spec: IndexTypeSpec, share: float, rank: int, view: ArrayView, opened: dict[str, Index]
) -> None:
    rng = np.random.default_rng(2)
    for query in class_vectors(view.vectors, 8, rng):
        allowed = rng.random(len(view.vectors)) < share
        scores = view.vectors @ query
        below = None if rank == 0 else float(np.sort(scores[allowed])[-rank]) - 1e-5
        keep = allowed if below is None else allowed & (scores <= below)
        hits = opened[spec.name].search(query, 50, allowed=None if share == 1 else allowed, below=below)
        assert len(hits.rows) == 50
        assert keep[hits.rows].all()
        assert _recall(hits, _truth(view, query, keep)) >= (1.0 if spec.exact else 0.7)


@every_type
def test_scores_are_those_of_the_vectors(spec: IndexTypeSpec, view: ArrayView, opened: dict[str, Index]) -> None:
    query = 3 * class_vectors(view.vectors, 1, np.random.default_rng(3))[0]
    hits = opened[spec.name].search(query, 30)
    np.testing.assert_allclose(hits.scores, view.vectors[hits.rows] @ query, atol=1e-5)


def test_the_effort_of_a_search_is_chosen_and_kept(view: ArrayView, tmp_path: Path) -> None:
    for name in ("faiss-ivf", "faiss-ivf-pq", "faiss-ivf-rabitq", "faiss-hnsw"):
        (tmp_path / name).mkdir()
        spec = next(one for one in INDEX_TYPES if one.name == name)
        spec.build(view, tmp_path / name, np.random.default_rng(0))
        facts = json.loads((tmp_path / name / "facts.json").read_text("utf-8"))
        assert facts["rows"] == 12_000
        assert facts["reach"] >= 0.12
        assert facts["recall_wanted"] == 0.95
        queries = class_vectors(view.vectors, 20, np.random.default_rng(4))
        everything = np.ones(len(view.vectors), bool)
        index = spec.open(tmp_path / name, view)
        found = np.mean([_recall(index.search(query, 50), _truth(view, query, everything)) for query in queries])
        assert found > 0.9


@every_type
def test_fewer_than_a_thousand_rows_are_kept_as_they_are(spec: IndexTypeSpec, view: ArrayView, tmp_path: Path) -> None:
    small = ArrayView(view.vectors[:999])
    spec.build(small, tmp_path, np.random.default_rng(0))
    assert json.loads((tmp_path / "facts.json").read_text("utf-8"))["form"] == "plain vectors"
    query = class_vectors(small.vectors, 1, np.random.default_rng(0))[0]
    hits = spec.open(tmp_path, small).search(query, 2000)
    assert hits.rows.tolist() == np.argsort(-(small.vectors @ query), kind="stable").tolist()


@every_type
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_broken_query_is_one_clear_line(spec: IndexTypeSpec, bad: float, opened: dict[str, Index]) -> None:
    query = np.ones(32, np.float32)
    query[3] = bad
    with pytest.raises(UsageError, match="numbers that are not finite; its image or class is broken"):
        opened[spec.name].search(query, 5)


@every_type
def test_filters_that_leave_nothing_give_nothing(
    spec: IndexTypeSpec, view: ArrayView, opened: dict[str, Index]
) -> None:
    nothing = np.zeros(len(view.vectors), bool)
    assert len(opened[spec.name].search(view.vectors[0], 5, allowed=nothing).rows) == 0


@pytest.mark.parametrize(
    "facts", ['{"form": "plain vectors", "rows": 300, "dimension": 8, "level": 7}', '{"rows": 300}', "[]", "{"]
)
def test_facts_of_another_make_are_refused(facts: str, tmp_path: Path) -> None:
    view = ArrayView.of_clusters(300, 8, np.random.default_rng(0))
    hnsw = next(spec for spec in INDEX_TYPES if spec.name == "faiss-hnsw")
    hnsw.build(view, tmp_path, np.random.default_rng(0))
    (tmp_path / "facts.json").write_text(facts, "utf-8")
    with pytest.raises(IntegrityError, match="build it anew with: snoop-flow index --type faiss-hnsw"):
        hnsw.open(tmp_path, view)


@every_type
def test_another_view_is_refused(spec: IndexTypeSpec, view: ArrayView, tmp_path: Path) -> None:
    small = ArrayView(view.vectors[:100])
    spec.build(small, tmp_path, np.random.default_rng(0))
    with pytest.raises(IntegrityError, match=f"of 100 vectors .* not of 12000 .*snoop-flow index --type {spec.name}"):
        spec.open(tmp_path, view)


@every_type
@pytest.mark.parametrize("damage", ["index.faiss", "facts.json"])
def test_a_missing_or_damaged_file_is_told(spec: IndexTypeSpec, damage: str, view: ArrayView, tmp_path: Path) -> None:
    small = ArrayView(view.vectors[:100])
    spec.build(small, tmp_path, np.random.default_rng(0))
    (tmp_path / damage).write_bytes(b"\x00\x01\x02")
    with pytest.raises(IntegrityError, match="cannot be read; build it anew") as caught:
        spec.open(tmp_path, small)
    assert "\n" not in str(caught.value)
    (tmp_path / damage).unlink()
    with pytest.raises(IntegrityError, match="cannot be read; build it anew"):
        spec.open(tmp_path, small)


@every_type
def test_a_query_of_another_backbone_is_refused(spec: IndexTypeSpec, opened: dict[str, Index]) -> None:
    with pytest.raises(UsageError, match="the query has 5 numbers, the vectors have 32"):
        opened[spec.name].search(np.ones(5, np.float32), 3)


@every_type
def test_equal_vectors_come_in_the_order_of_rows(spec: IndexTypeSpec, tmp_path: Path) -> None:
    vectors = np.zeros((40, 8), np.float32)
    vectors[:, 0] = 1
    spec.build(ArrayView(vectors), tmp_path, np.random.default_rng(0))
    hits = spec.open(tmp_path, ArrayView(vectors)).search(vectors[0], 12)
    assert hits.rows.tolist() == list(range(12))
