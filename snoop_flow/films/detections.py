"""What classes found in a film: their predictions on its keyframes as segments, those of one state together.

What people decided and what the machine proposes are never one segment, and none passes over a keyframe on which
somebody, or the machine, says something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from snoop_flow.entities import Prediction, Status
from snoop_flow.films.segments import Moment, Segment, segments

State = tuple[Status, bool]
"""Where predictions stand, and whether they are proposed below the class's threshold."""


@dataclass(frozen=True, slots=True)
class Found:
    """A segment of what a class says.

    Attributes:
        best: the prediction on its best keyframe.
    """

    segment: Segment
    status: Status
    uncertain: bool
    best: Prediction


def found_in(moments: Sequence[Moment], said: Iterable[Prediction], gap: float) -> list[Found]:
    """The segments of one class in one film, by their beginning.

    Args:
        moments: of the film, in the order of time.
        said: the class's predictions on its keyframes.
        gap: seconds that may lie between two stretches of one segment.
    """
    by_item = {one.item: one for one in said}
    made = (one for state in sorted(set(map(_state, by_item.values()))) for one in _of(moments, by_item, state, gap))
    return sorted(made, key=lambda one: (one.segment.start, one.segment.end))


def _of(moments: Sequence[Moment], said: dict[int, Prediction], state: State, gap: float) -> Iterator[Found]:
    mine = {number: one.score for number, one in said.items() if _state(one) == state}
    for segment in segments(moments, mine, gap=gap, barred=said.keys() - mine.keys()):
        yield Found(segment, *state, said[segment.best])


def _state(one: Prediction) -> State:
    return one.status, one.status is Status.PROPOSED and one.uncertain
