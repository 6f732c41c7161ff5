"""The suite finds each way in which an index type can break its contract."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from snoop_flow.builtin.exact import EXACT, ExactIndex
from snoop_flow.plugin_types import FloatArray, Hits, IndexTypeSpec, Mask, RowArray, VectorView
from snoop_flow.testing import ArrayView, check_index_type, class_vectors

Change = Callable[[Hits], Hits]


class Bent(ExactIndex):
    """The exact index with something bent."""

    def __init__(
        self,
        view: VectorView,
        change: Change = lambda hits: hits,
        mask: bool = True,
        band: bool = True,
        length: int = 10**9,
    ) -> None:
        super().__init__(view)
        self._change, self._mask, self._band, self._length = change, mask, band, length

    def search(self, query: FloatArray, count: int, *, allowed: Mask | None = None, below: float | None = None) -> Hits:
        allowed, below = allowed if self._mask else None, below if self._band else None
        return self._change(super().search(query, min(count, self._length), allowed=allowed, below=below))


def _bent(exact: bool = True, **bends: object) -> IndexTypeSpec:
    return IndexTypeSpec("bent", "Bent", exact, EXACT.build, lambda _, view: Bent(view, **bends))  # type: ignore[arg-type]


def _cut_first(hits: Hits) -> Hits:
    return Hits(hits.rows[1:], hits.scores[1:])


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (_bent(change=lambda hits: Hits(hits.rows[::-1], hits.scores[::-1])), "scores are not in falling order"),
        (_bent(change=lambda hits: Hits(hits.rows.astype(np.int32), hits.scores)), "rows are int32; must be intp"),
        (_bent(change=lambda hits: Hits(hits.rows, hits.scores.astype(float))), "scores are float64"),
        (_bent(change=lambda hits: Hits(hits.rows, hits.scores + np.float32(0.1))), "a score is off by 0.1"),
        (_bent(change=lambda hits: Hits(hits.rows - 1, hits.scores)), "it must be the inner product|not in the view"),
        (_bent(change=lambda hits: Hits(np.repeat(hits.rows, 2), np.repeat(hits.scores, 2))), "returned a row twice"),
        (_bent(mask=False), "returned a row that the mask does not allow"),
        (_bent(band=False), "above `below`"),
        (_bent(length=10), "returned 10 rows where 20 were wanted"),
        (_bent(change=_cut_first), "returned 19 rows where 20 were wanted"),
        (replace(_bent(), name="two words"), "a name is one word"),
        (replace(_bent(), title=" "), "the title must be one line"),
    ],
)
def test_a_broken_index_is_named(spec: IndexTypeSpec, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_index_type(spec)


class Forgetful(ExactIndex):
    """Searches every other row only: a fast and bad approximation."""

    def __init__(self, view: ArrayView) -> None:
        super().__init__(view)
        self._some = np.arange(len(view.vectors)) % 2 == 0

    def search(self, query: FloatArray, count: int, *, allowed: Mask | None = None, below: float | None = None) -> Hits:
        narrowed = self._some if allowed is None else self._some & allowed
        return super().search(query, count, allowed=narrowed, below=below)


@pytest.mark.parametrize(
    ("exact", "says"),
    [(True, "says that it is exact, but"), (False, r"found \d\d% of the best 20 of classes, not 80%")],
)
def test_a_poor_approximation_is_told(exact: bool, says: str) -> None:
    spec = IndexTypeSpec("half", "Half", exact, EXACT.build, lambda _, view: Forgetful(view))  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=says):
        check_index_type(spec)


def _folders(_view: VectorView, folder: Path, _rng: np.random.Generator) -> None:
    (folder / "parts").mkdir()


def _facts(_view: VectorView, folder: Path, _rng: np.random.Generator) -> None:
    (folder / "facts.json").write_text(json.dumps([1, 2]), "utf-8")


def _remembers(view: VectorView, folder: Path, _rng: np.random.Generator) -> None:
    (folder / "place").write_text(str(folder), "utf-8")


def _reads_place(folder: Path, view: VectorView) -> ExactIndex:
    (Path((folder / "place").read_text("utf-8")) / "place").read_text("utf-8")
    return ExactIndex(view)


def _writes_on_opening(folder: Path, view: VectorView) -> ExactIndex:
    (folder / "opened").write_text("yes", "utf-8")
    with (folder / "log").open("a", encoding="utf-8") as file:
        file.write("opened\n")
    return ExactIndex(view)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (replace(EXACT, build=_folders), "wrote parts, which is no file"),
        (replace(EXACT, build=_facts), r"facts\.json must hold one JSON object"),
        (replace(EXACT, open=_writes_on_opening), "opening or searching changed its files"),
    ],
)
def test_files_are_checked(spec: IndexTypeSpec, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_index_type(spec)


def test_an_index_must_open_where_it_was_moved_to() -> None:
    with pytest.raises(FileNotFoundError):
        check_index_type(replace(EXACT, build=_remembers, open=_reads_place))


def _no_change(
    _old: Path, _view: VectorView, _previous: RowArray, _folder: Path, _rng: np.random.Generator
) -> str | None:
    return None


def _touches(old: Path, _view: VectorView, _previous: RowArray, _folder: Path, _rng: np.random.Generator) -> str | None:
    (old / "updated").write_text("yes", "utf-8")
    return None


def _shrugs(_old: Path, _view: VectorView, _previous: RowArray, _folder: Path, _rng: np.random.Generator) -> str | None:
    return ""


def _remembers_rows(view: VectorView, folder: Path, _rng: np.random.Generator) -> None:
    np.save(folder / "vectors.npy", view.gather(np.arange(len(view.numbers))))


def _keeps_rows(
    old: Path, _view: VectorView, _previous: RowArray, folder: Path, _rng: np.random.Generator
) -> str | None:
    (folder / "vectors.npy").write_bytes((old / "vectors.npy").read_bytes())
    return None


def _opens_rows(folder: Path, _view: VectorView) -> ExactIndex:
    return ExactIndex(ArrayView(np.load(folder / "vectors.npy")))


STALE = replace(EXACT, build=_remembers_rows, open=_opens_rows, update=_keeps_rows)


def test_a_type_that_updates_rightly_passes() -> None:
    check_index_type(replace(EXACT, update=_no_change))
    check_index_type(replace(EXACT, update=lambda *_: "it is Sunday"))


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (replace(EXACT, update=_touches), r"updating \(new rows at the end\) changed the files of the old index"),
        (replace(EXACT, update=_shrugs), "gave ''; must be None, or one line that says why not"),
        (STALE, r"after an update: "),
    ],
)
def test_a_bad_update_is_named(spec: IndexTypeSpec, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_index_type(spec)


def test_views_and_queries_are_like_those_of_a_corpus() -> None:
    rng = np.random.default_rng(0)
    view = ArrayView.of_clusters(2500, 12, rng)
    assert np.array_equal(np.concatenate(list(view.blocks())), view.vectors)
    assert {len(block) for block in view.blocks(700)} == {350, 700, 50}
    np.testing.assert_allclose(np.linalg.norm(view.vectors, axis=1), 1, atol=1e-5)
    assert len(view.numbers) == 2500
    assert class_vectors(view.vectors, 4, rng).shape == (4, 12)
