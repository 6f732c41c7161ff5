from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from snoop_flow.films.segments import Moment, Segment, moments_of_shot, segments
from snoop_flow.fragments import FRAME


def test_keyframes_share_their_shot() -> None:
    found = moments_of_shot(10.0, 20.0, [(1, 11.0), (2, 15.0), (3, 19.5)])
    assert found == [Moment(1, 11.0, 10.0, 13.0), Moment(2, 15.0, 13.0, 17.25), Moment(3, 19.5, 17.25, 20.0)]
    assert moments_of_shot(10.0, 20.0, []) == []


def test_a_keyframe_outside_of_its_shot_stands_for_itself() -> None:
    found = moments_of_shot(10.0, 20.0, [(1, 5.0), (2, 15.0)])
    assert found == [Moment(1, 5.0, 5.0, 5.0 + FRAME), Moment(2, 15.0, 10.0, 20.0)]


SHOTS = [*moments_of_shot(0, 10, [(1, 1.0), (2, 5.0)]), *moments_of_shot(10, 14, [(3, 11.0)])]
SHOTS += moments_of_shot(15, 20, [(4, 16.0)])


def test_neighbours_across_a_cut_are_one_segment() -> None:
    assert segments(SHOTS, {2: 0.4, 3: 0.9}) == [Segment(3.0, 14.0, 0.9, 3, (2, 3))]


def test_a_frame_between_that_was_not_found_separates() -> None:
    assert [(one.start, one.end) for one in segments(SHOTS, {1: 0.5, 3: 0.5})] == [(0.0, 3.0), (10.0, 14.0)]


def test_a_gap_joins_what_lies_near() -> None:
    assert [one.keys for one in segments(SHOTS, {3: 0.5, 4: 0.6}, gap=0.5)] == [(3,), (4,)]
    assert [one.keys for one in segments(SHOTS, {3: 0.5, 4: 0.6}, gap=1.0)] == [(3, 4)]
    assert [one.keys for one in segments(SHOTS, {1: 0.5, 3: 0.6}, gap=8.0)] == [(1, 3)]


def test_what_was_rejected_is_not_passed_over() -> None:
    assert [one.keys for one in segments(SHOTS, {1: 0.5, 3: 0.6}, gap=8.0, barred={2})] == [(1,), (3,)]
    assert [one.keys for one in segments(SHOTS, {1: 0.5, 2: 0.5, 3: 0.6}, gap=8.0, barred={4})] == [(1, 2, 3)]


def test_of_equals_the_first_is_the_best() -> None:
    assert segments(SHOTS, {1: 0.5, 2: 0.5})[0].best == 1
    assert segments(SHOTS, {}) == []


@given(
    st.lists(st.tuples(st.floats(0.1, 60), st.integers(1, 4)), min_size=1, max_size=12),
    st.data(),
    st.floats(0, 30),
)
def test_segments_of_any_film(shots: list[tuple[float, int]], data: st.DataObject, gap: float) -> None:
    """They lie in order, hold each found frame once, and do not meet; a larger gap never gives more of them."""
    moments: list[Moment] = []
    clock, key = 0.0, 0
    for length, count in shots:
        start, clock = round(clock, 3), round(clock + length, 3)
        frames = [(key + place, start + (clock - start) * (place + 0.5) / count) for place in range(count)]
        key += count
        moments += moments_of_shot(start, clock, frames)
    scores = data.draw(st.dictionaries(st.integers(0, key - 1), st.floats(-2, 2)))
    found = segments(moments, scores, gap=gap)
    assert sorted(key for one in found for key in one.keys) == sorted(scores)
    assert all(one.end < other.start for one, other in itertools.pairwise(found))
    assert all(one.start < one.end and one.score == max(scores[key] for key in one.keys) for one in found)
    assert len(segments(moments, scores, gap=gap + 1)) <= len(found)
