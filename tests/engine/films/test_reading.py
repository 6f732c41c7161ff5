from __future__ import annotations

from typing import Any

from snoop_flow.films.reading import film_at


def film(cinema: Any) -> Any:
    with cinema.workspace.catalogue.read() as connection:
        return film_at(connection, cinema.record)


def test_the_nearest_keyframe(cinema: Any) -> None:
    found = film(cinema)
    assert [found.nearest(at).selector for at in (-5.0, 3.1, 26.0, 99.0)] == ["t=1", "t=5", "t=30", "t=36"]
    assert [one.selector for one in found.within(5.0, 15.0)] == ["t=5", "t=9", "t=15"]


def test_keyframes_stand_for_all_of_the_film(cinema: Any) -> None:
    moments = film(cinema).moments
    assert [(one.start, one.end) for one in moments] == [
        (0.0, 3.0),
        (3.0, 8.0),
        (8.0, 12.0),
        (12.0, 20.0),
        (20.0, 26.48),
        (26.48, 33.0),
        (33.0, 40.0),
    ]
