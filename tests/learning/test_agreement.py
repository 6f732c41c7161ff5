"""Several annotators: unanimous and contested items, reliability from agreement, verdicts."""

from __future__ import annotations

import numpy as np
import pytest

from snoop_flow.learning import Consensus, Opinions, combine, pair_agreements

Said = dict[int, dict[int, int]]  # item → annotator → value


def _opinions(said: Said, settled: dict[int, int] | None = None, keeper: int = -1) -> Opinions:
    rows = [(item, person, value) for item, marks in said.items() for person, value in marks.items()]
    items, people, values = (np.array(column) for column in zip(*rows, strict=True))
    fixed = np.zeros(max(said) + 1, np.int8)
    for item, value in (settled or {}).items():
        fixed[item] = value
    return Opinions(items.astype(np.intp), people.astype(np.intp), values.astype(np.int8), fixed, keeper)


def _combined(said: Said, settled: dict[int, int] | None = None, keeper: int = -1) -> Consensus:
    return combine(_opinions(said, settled, keeper))


def _crowd(rng: np.random.Generator, errors: list[float], items: int = 80) -> tuple[Said, np.ndarray]:
    truth = rng.random(items) < 0.4
    said: Said = {}
    for item in range(items):
        said[item] = {p: (1 if truth[item] ^ (rng.random() < e) else -1) for p, e in enumerate(errors)}
    return said, truth


def test_an_item_that_nobody_contests_keeps_its_value_however_rare_members_are() -> None:
    said: Said = {item: {item % 2: -1} for item in range(40)} | {40: {0: 1}, 41: {0: 1, 1: 1}}
    found = _combined(said)
    assert (found.values[:40] == -1).all()
    assert (found.values[40], found.values[41]) == (1, 1)
    assert found.weights[41] > found.weights[40]
    assert ((found.weights > 0) & (found.weights <= 1)).all()


def test_two_who_disagree_leave_an_item_undecided_unless_one_says_what_the_class_means() -> None:
    assert _combined({0: {0: 1, 1: -1}}).values[0] == 0
    assert _combined({0: {0: 1, 1: -1}}, keeper=0).values[0] == 1
    assert _combined({0: {0: 1, 1: -1}}, keeper=1).values[0] == -1
    assert _combined({0: {0: 1, 1: -1, 2: -1}}).values[0] == -1


def test_unsure_says_nothing() -> None:
    found = _combined({0: {0: 1, 1: 0}, 1: {0: 0}, 2: {0: 1}})
    assert found.values.tolist() == [1, 0, 1]
    assert found.weights[0] == pytest.approx(found.weights[2])


def test_a_verdict_settles_an_item_and_tells_who_is_right() -> None:
    said: Said = {item: {0: 1, 1: -1} for item in range(10)}
    found = _combined(said, settled=dict.fromkeys(range(8), -1))
    assert (found.values == -1).all()
    assert found.weights[0] == 1
    assert found.reliabilities[1] > 0.7 > 0.5 > found.reliabilities[0]


def test_the_reliable_outweigh_a_careless_majority() -> None:
    said, truth = _crowd(np.random.default_rng(1), [0.05, 0.05, 0.45, 0.45, 0.45], items=200)
    found = _combined(said)
    majority = np.array([sum(marks.values()) > 0 for marks in said.values()])
    assert ((found.values > 0) == truth).mean() > (majority == truth).mean() + 0.04
    assert found.reliabilities[:2].min() > 0.85 > 0.75 > found.reliabilities[2:].max()


def test_who_is_always_wrong_is_not_believed_and_not_turned_round() -> None:
    said, truth = _crowd(np.random.default_rng(2), [0.05, 0.1, 0.1, 0.95])
    said[80] = {3: 1}
    found = _combined(said)
    assert found.reliabilities[3] < 0.3
    assert ((found.values[:80] > 0) == truth).mean() > 0.95
    assert found.values[80] == 0  # nobody said no


def test_it_does_not_depend_on_the_order_of_marks_and_people() -> None:
    said, _ = _crowd(np.random.default_rng(3), [0.1, 0.3, 0.4])
    first = _combined(said)
    again = _combined({item: dict(reversed(marks.items())) for item, marks in reversed(said.items())})
    np.testing.assert_allclose(first.probabilities, again.probabilities, atol=1e-9)
    turned = _combined({item: {2 - p: v for p, v in marks.items()} for item, marks in said.items()})
    np.testing.assert_allclose(first.reliabilities, turned.reliabilities[::-1], atol=1e-9)


def test_agreement_of_pairs() -> None:
    said: Said = {0: {0: 1, 1: 1}, 1: {0: 1, 1: -1}, 2: {0: -1, 1: -1}, 3: {0: -1, 1: -1}, 4: {0: 1, 2: 0}, 5: {2: 1}}
    pairs = {(one.first, one.second): one for one in pair_agreements(_opinions(said))}
    both = pairs[0, 1]
    assert (both.common, both.agreed) == (4, 3)
    assert both.kappa == pytest.approx(0.5)  # .75 observed, .5 by chance
    assert (pairs[0, 2].common, pairs[0, 2].kappa) == (0, None)
    always = pair_agreements(_opinions({0: {0: 1, 1: 1}, 1: {0: 1, 1: 1}}))
    assert (always[0].agreed, always[0].kappa) == (2, None)
