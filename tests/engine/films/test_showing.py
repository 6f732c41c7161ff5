from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.errors import NotFoundError, UsageError


def test_a_film_with_a_class(cinema: Any) -> None:
    found = cinema.workspace.film(cinema.record, class_name=cinema.class_id)
    assert (found.duration, found.playing, found.media_type) == (40.0, "here", "video/webm")
    assert [(one.start, one.end, len(one.keyframes)) for one in found.shots] == [
        (0.0, 8.0, 2),
        (8.0, 20.0, 2),
        (20.0, 26.48, 1),
        (26.48, 40.0, 2),
    ]
    scores = {frame.at: frame.score for shot in found.shots for frame in shot.keyframes}
    assert min(scores[1.0], scores[5.0], scores[30.0]) > max(scores[15.0], scores[21.0], scores[36.0])
    assert found.segments == ()
    assert cinema.workspace.film(cinema.record).shots[0].keyframes[0].score is None


def test_segments_of_what_was_found(cinema: Any) -> None:
    cinema.workspace.enrich([cinema.class_id], collection="films", threshold=-9.0)
    cinema.workspace.review(cinema.class_id, accept=[cinema.frame(1.0).id], reject=[cinema.frame(15.0).id])
    found = cinema.workspace.film(cinema.record).segments
    told = [(one.start, one.end, one.status, len(one.keyframes)) for one in found]
    assert told == [
        (0.0, 3.0, "accepted", 1),
        (3.0, 12.0, "proposed", 2),
        (12.0, 20.0, "rejected", 1),
        (20.0, 40.0, "proposed", 3),
    ]
    assert found[0].decided_by
    assert found[1].best in (cinema.frame(5.0).id, cinema.frame(9.0).id)


def test_who_may_not_see_a_class_sees_no_segment_of_it(cinema: Any) -> None:
    cinema.workspace.enrich([cinema.class_id], collection="films", threshold=-9.0)
    other = cinema.workspace.add_user("ada")
    with cinema.workspace.acting(other):
        assert cinema.workspace.film(cinema.record).segments == ()


def test_states_of_a_film(archive: Workspace, pictures: Path, add_film: Callable[..., str], tmp_path: Path) -> None:
    gone = add_film(archive, pictures, "Gone", file=tmp_path / "gone.webm")
    remote = add_film(archive, pictures, "Remote", url="https://films.example.org/7")
    stream = add_film(
        archive, pictures, "Stream", url="https://films.example.org/8", media_type="application/x-mpegURL"
    )
    odd = add_film(archive, pictures, "Odd", file=tmp_path / "gone.webm", media_type="text/html", shots=(), frames=())
    assert [archive.film(one).playing for one in (gone, remote, stream, odd)] == ["gone", "elsewhere", "stream", "gone"]
    assert archive.film(remote).source == "https://films.example.org/7/film.webm"
    assert (archive.film(odd).media_type, archive.film(odd).shots) == ("application/octet-stream", ())
    with pytest.raises(NotFoundError, match="is gone"):
        archive.film_file(archive.film(gone).canvas)
    with pytest.raises(NotFoundError, match="no film of this installation"):
        archive.film_file(archive.film(remote).canvas)
    pages = archive.records("drawn")[0]
    with pytest.raises(NotFoundError, match="has no film"):
        archive.film(pages.id)
    with pytest.raises(NotFoundError, match="no film of this installation"):
        archive.film_file(archive.record_items(pages.id)[0].id)


def test_the_file_of_a_film(cinema: Any) -> None:
    path, media_type = cinema.workspace.film_file(cinema.canvas.id)
    assert (path.read_bytes()[:3], media_type) == (b"\x00\x01\x02", "video/webm")
    with pytest.raises(NotFoundError):
        cinema.workspace.film_file(cinema.frame(1.0).id)


def mark(cinema: Any, value: int | None, **where: Any) -> set[float]:
    report = cinema.workspace.mark_film(cinema.class_id, cinema.record, value, op_id=f"{value} {where}", **where)
    times = {cinema.frame(at).id: at for at in (1.0, 5.0, 9.0, 15.0, 21.0, 30.0, 36.0)}
    return {times[one] for one in report.keyframes}


def test_marks_on_shots_and_spans_are_marks_on_keyframes(cinema: Any) -> None:
    assert mark(cinema, 1, item=cinema.shots()[0].id) == {1.0, 5.0}
    assert mark(cinema, -1, span=(14.0, 22.0)) == {15.0, 21.0}
    assert mark(cinema, 0, span=(27.0, 28.0)) == {30.0}
    assert mark(cinema, 1, item=cinema.frame(9.0).id) == {9.0}
    marks = cinema.workspace.marks(cinema.class_id)
    assert [marks.get(cinema.frame(at).id) for at in (1.0, 5.0, 9.0, 15.0, 21.0, 30.0, 36.0)] == [
        1,
        1,
        1,
        -1,
        -1,
        0,
        None,
    ]
    shown = cinema.workspace.film(cinema.record, class_name=cinema.class_id)
    assert [frame.mark for frame in shown.shots[0].keyframes] == [1, 1]
    assert mark(cinema, None, item=cinema.canvas.id) == {1.0, 5.0, 9.0, 15.0, 21.0, 30.0, 36.0}


def test_a_mark_on_a_shot_is_undone_as_one(cinema: Any) -> None:
    cinema.workspace.mark_film(cinema.class_id, cinema.record, 1, item=cinema.shots()[0].id, op_id="shot")
    cinema.workspace.undo(cinema.class_id, "shot", new_op_id="undone")
    assert cinema.frame(1.0).id not in cinema.workspace.marks(cinema.class_id)


@pytest.mark.parametrize("span", [(-1.0, 2.0), (3.0, 2.0), (0.0, 41.0), (float("nan"), 2.0)])
def test_a_span_outside_of_the_film(cinema: Any, span: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="within 0 to 40 seconds"):
        mark(cinema, 1, span=span)


def test_what_is_not_in_the_film(cinema: Any, items_of: Callable[[str], list[str]]) -> None:
    with pytest.raises(UsageError, match="no shot or keyframe of this film"):
        mark(cinema, 1, item=items_of("discs")[0])


def test_a_film_without_keyframes_cannot_be_marked(
    cinema: Any, pictures: Path, add_film: Callable[..., str], tmp_path: Path
) -> None:
    bare = add_film(cinema.workspace, pictures, "Bare", file=tmp_path / "film.webm", shots=(), frames=())
    with pytest.raises(UsageError, match="no keyframe here yet"):
        cinema.workspace.mark_film(cinema.class_id, bare, 1, span=(0.0, 5.0), op_id="x")
