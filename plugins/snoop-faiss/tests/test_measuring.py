import numpy as np

from snoop_faiss.measuring import SUFFICIENT, least_level, make_trial
from snoop_faiss.plugin import INDEX_TYPES
from snoop_flow.plugin_types import FloatArray, Hits, Index, Mask
from snoop_flow.testing import ArrayView


class Partial:
    """Answers from so large a share of the rows."""

    def __init__(self, view: ArrayView, share: float) -> None:
        self._view, self._kept = view, np.random.default_rng(0).random(len(view.vectors)) < share

    def search(self, query: FloatArray, count: int, *, allowed: Mask | None = None, below: float | None = None) -> Hits:
        scores = np.where(self._kept, self._view.vectors @ query, -np.inf).astype(np.float32)
        rows = np.argsort(-scores)[:count]
        return Hits(rows, scores[rows])


def test_a_trial_is_repeatable_and_copes_with_tiny_corpora() -> None:
    for rows in (1, 3, 1200):
        view = ArrayView.of_clusters(rows, 8, np.random.default_rng(0))
        one, two = (make_trial(view, np.random.default_rng(5)) for _ in range(2))
        assert np.isfinite(one.queries).all()
        assert {len(rows_found) for rows_found in one.truth} == {min(1000, rows)}
        np.testing.assert_array_equal(one.queries, two.queries)
        np.testing.assert_allclose(
            view.vectors[one.truth[0]] @ one.queries[0],
            np.sort(view.vectors @ one.queries[0])[::-1][: len(one.truth[0])],
            atol=1e-6,
        )


def test_the_least_effort_that_finds_enough_is_chosen() -> None:
    view = ArrayView.of_clusters(3000, 16, np.random.default_rng(1))
    trial = make_trial(view, np.random.default_rng(0))

    def opened(level: int) -> Index:
        return Partial(view, (0.5, 0.8, SUFFICIENT + 0.03, 1.0)[level])

    assert least_level(trial, 4, opened) == 2
    assert least_level(trial, 2, opened) == 1  # the most there is, though it finds too little


def test_every_structure_with_a_choice_of_efforts_begins_above_an_eighth_of_the_cells() -> None:
    from snoop_faiss.structures import STRUCTURES

    assert {spec.name for spec in INDEX_TYPES} == {structure.name for structure in STRUCTURES}
    for structure in STRUCTURES:
        reaches = [effort.reach for effort in structure.efforts]
        assert reaches == sorted(reaches)
        assert not structure.celled or reaches[0] >= 0.12
