import json
from pathlib import Path

import numpy as np
import pytest

from snoop_faiss.plugin import INDEX_TYPES
from snoop_flow.errors import IntegrityError
from snoop_flow.plugin_types import IndexTypeSpec, RowArray
from snoop_flow.testing import ArrayView, class_vectors

every_type = pytest.mark.parametrize("spec", INDEX_TYPES, ids=lambda spec: spec.name)
by_name = {spec.name: spec for spec in INDEX_TYPES}
RNG = np.random.default_rng


@pytest.fixture(scope="module")
def whole() -> ArrayView:
    return ArrayView.of_clusters(9_000, 24, RNG(3))


def _part(whole: ArrayView, rows: RowArray) -> ArrayView:
    return ArrayView(whole.vectors[rows], whole.numbers[rows])


def _update(spec: IndexTypeSpec, old: Path, view: ArrayView, previous: RowArray, folder: Path) -> str | None:
    assert spec.update is not None
    folder.mkdir()
    return spec.update(old, view, previous, folder, RNG(0))


def _grow(spec: IndexTypeSpec, whole: ArrayView, folder: Path, before: int, after: int) -> str | None:
    (folder / "old").mkdir()
    spec.build(_part(whole, np.arange(before)), folder / "old", RNG(0))
    rows = np.arange(after)
    return _update(spec, folder / "old", _part(whole, rows), np.where(rows < before, rows, -1), folder / "new")


@every_type
def test_it_finds_as_much_as_one_that_was_built_anew(spec: IndexTypeSpec, whole: ArrayView, tmp_path: Path) -> None:
    assert _grow(spec, whole, tmp_path, 7_500, 9_000) is None
    (tmp_path / "anew").mkdir()
    spec.build(whole, tmp_path / "anew", RNG(0))
    shares = []
    for folder in (tmp_path / "new", tmp_path / "anew"):
        index = spec.open(folder, whole)
        found = [index.search(query, 50).scores for query in class_vectors(whole.vectors, 20, RNG(4))]
        best = [np.sort(whole.vectors @ query)[::-1][:50] for query in class_vectors(whole.vectors, 20, RNG(4))]
        shares.append(
            np.mean([(one >= true[-1] - 1e-5).mean() for one, true in zip(found, best, strict=True)], dtype=float)
        )
    assert shares[0] > shares[1] - 0.05


@every_type
def test_rows_that_are_gone_are_never_returned(spec: IndexTypeSpec, whole: ArrayView, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    spec.build(whole, tmp_path / "old", RNG(0))
    query = whole.vectors[100]
    best = np.argsort(-(whole.vectors @ query))[:5]
    kept = np.setdiff1d(np.arange(9_000), best)
    view = _part(whole, kept)
    assert _update(spec, tmp_path / "old", view, kept, tmp_path / "new") is None
    hits = spec.open(tmp_path / "new", view).search(query, 20)
    assert not np.isin(kept[hits.rows], best).any()
    np.testing.assert_allclose(hits.scores, view.vectors[hits.rows] @ query, atol=1e-5)


@pytest.mark.parametrize("name", ["faiss-sq8", "faiss-ivf", "faiss-ivf-pq", "faiss-ivf-rabitq"])
def test_what_was_learned_is_learned_anew_when_the_corpus_has_changed_much(
    name: str, whole: ArrayView, tmp_path: Path
) -> None:
    assert _grow(by_name[name], whole, tmp_path, 6_000, 9_000) == (
        "50% of its vectors have changed since it was trained"
    )
    assert list((tmp_path / "new").iterdir()) == []


def test_small_changes_add_up(whole: ArrayView, tmp_path: Path) -> None:
    spec = by_name["faiss-ivf-pq"]
    assert _grow(spec, whole, tmp_path, 6_000, 7_200) is None
    facts = json.loads((tmp_path / "new" / "facts.json").read_text("utf-8"))
    assert (facts["rows"], facts["rows_when_trained"], facts["changed_since"]) == (7_200, 6_000, 1_200)
    rows = np.arange(8_100)
    reason = _update(spec, tmp_path / "new", _part(whole, rows), np.where(rows < 7_200, rows, -1), tmp_path / "newer")
    assert reason == "35% of its vectors have changed since it was trained"


def test_plain_vectors_and_a_graph_grow_without_bound(whole: ArrayView, tmp_path: Path) -> None:
    for name in ("faiss-flat", "faiss-hnsw"):
        (tmp_path / name).mkdir()
        assert _grow(by_name[name], whole, tmp_path / name, 2_000, 9_000) is None


def test_a_graph_hides_what_is_gone_until_it_is_too_much(whole: ArrayView, tmp_path: Path) -> None:
    spec = by_name["faiss-hnsw"]
    (tmp_path / "old").mkdir()
    spec.build(_part(whole, np.arange(3_000)), tmp_path / "old", RNG(0))
    for share, reason in ((0.85, None), (0.7, "30% of its vectors are gone but cannot be removed")):
        kept = np.arange(int(3_000 * share))
        assert _update(spec, tmp_path / "old", _part(whole, kept), kept, tmp_path / f"{share}") == reason


def test_few_rows_that_became_many_are_trained_on(whole: ArrayView, tmp_path: Path) -> None:
    for name in ("faiss-ivf", "faiss-hnsw"):
        (tmp_path / name).mkdir()
        reason = _grow(by_name[name], whole, tmp_path / name, 900, 1_100)
        assert reason == "there are now 1100 vectors, enough to train on"


def test_a_damaged_old_index_is_told(whole: ArrayView, tmp_path: Path) -> None:
    spec = by_name["faiss-ivf"]
    view = _part(whole, np.arange(2_000))
    spec.build(view, tmp_path, RNG(0))
    (tmp_path / "index.faiss").write_bytes(b"IwSq")
    with pytest.raises(IntegrityError, match="cannot be read; build it anew"):
        _update(spec, tmp_path, view, np.arange(2_000), tmp_path / "new")
