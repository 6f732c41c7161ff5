"""Looking at films: shots, seams, stills, times."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from snoop_flow.plugin_types import Still, VideoFound, VideoTask
from snoop_video.segmenter import ShotSegmenter


def _cut(path: Any, start: float = 0.0, end: float | None = None, **wanted: Any) -> tuple[VideoFound, list[Still]]:
    stills: list[Still] = []
    task = VideoTask(start, end, wanted.get("most", 1), wanted.get("every", 0.0), wanted.get("longest", 1024))
    return ShotSegmenter().cut(path, task, stills.append), stills


def test_facts_and_cuts_of_a_drawn_film(film: Any) -> None:
    path = film()
    facts = ShotSegmenter().facts(path)
    assert (facts.width, facts.height, facts.fps, facts.format) == (96, 64, 25.0, "video/mp4")
    assert facts.duration == pytest.approx(3.8, abs=0.05)
    found, stills = _cut(path)
    assert [(one.at, one.kind) for one in found.boundaries] == [(1.2, "cut"), (2.2, "cut")]
    assert (found.first, found.frames) == (0.0, 95)
    assert [still.at for still in stills] == [0.0, 1.2, 2.2]
    assert Image.open(io.BytesIO(stills[0].jpeg)).size == (96, 64)


@pytest.mark.parametrize("seam", [1.16, 1.2, 1.24, 1.5])
def test_a_cut_at_a_seam_is_neither_lost_nor_doubled(film: Any, seam: float) -> None:
    path = film(between=10)
    before, _ = _cut(path, 0.0, seam)
    after, stills = _cut(path, seam, None)
    assert [one.at for one in (*before.boundaries, *after.boundaries)] == [1.2, 2.2]
    assert before.frames + after.frames == 95
    assert min(still.at for still in stills) >= seam


def test_parts_give_what_the_whole_gives(videos: Any) -> None:
    path = videos / "compilations" / "dev_moving.mp4"
    whole, _ = _cut(path)
    for length in (3.0, 6.62):
        edges = [length * number for number in range(int(23.04 / length) + 1)]
        parts = [_cut(path, a, b)[0] for a, b in zip(edges, [*edges[1:], None], strict=True)]
        assert [one for part in parts for one in part.boundaries] == list(whole.boundaries)
        assert sum(part.frames for part in parts) == whole.frames


def test_irregular_times_are_kept(film: Any) -> None:
    times = [number * 0.04 + (0.02 if number % 3 else 0.0) for number in range(95)]
    found, _ = _cut(film(times=times))
    assert [one.at for one in found.boundaries] == pytest.approx([times[30], times[55]], abs=0.002)


def test_a_transport_stream_begins_at_nought(film: Any) -> None:
    found, _ = _cut(film("film.ts"))
    assert found.first == pytest.approx(0.0, abs=0.001)
    assert [one.at for one in found.boundaries] == pytest.approx([1.2, 2.2], abs=0.001)


def test_stills_at_a_rate_and_several_of_a_shot(film: Any) -> None:
    path = film(shots=(100, 100))
    _, ticked = _cut(path, every=1.0)
    assert [round(still.at, 2) for still in ticked if still.tick] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    _, several = _cut(path, most=4)
    assert sum(still.at < 4.0 for still in several) > 2


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_film_is_shown_upright(film: Any, turned: int) -> None:
    plain, _ = _cut(film("plain.mp4", shots=(10,)))
    path = film(shots=(10,), rotation=turned)
    facts = ShotSegmenter().facts(path)
    assert (facts.width, facts.height) == ((96, 64) if turned == 180 else (64, 96))
    found, stills = _cut(path)
    assert found.frames == plain.frames
    picture = Image.open(io.BytesIO(stills[0].jpeg)).convert("RGB")
    straight = Image.open(io.BytesIO(_cut(film("again.mp4", shots=(10,)))[1][0].jpeg)).convert("RGB")
    turned_back = picture.rotate(-turned, expand=True)
    assert _apart(turned_back, straight) < 12


def _apart(one: Image.Image, other: Image.Image) -> float:
    pairs = zip(one.resize((16, 16)).tobytes(), other.resize((16, 16)).tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (3 * 256)


@pytest.mark.parametrize(
    "how",
    [
        {"pixels": "yuv420p10le"},
        {"pixels": "yuv444p"},
        {"interlaced": True},
        {"name": "film.webm", "codec": "libvpx-vp9"},
        {"name": "film.mkv", "codec": "ffv1"},
        {"name": "film.avi", "codec": "mpeg4"},
        {"name": "film.mov", "codec": "prores_ks", "pixels": "yuv422p10le"},
        {"name": "film.mpg", "codec": "mpeg2video"},
        {"name": "film.mp4", "codec": "mjpeg", "pixels": "yuvj420p"},
        {"size": (32, 18)},
    ],
    ids=str,
)
def test_other_codecs_and_pixels(film: Any, how: dict[str, Any]) -> None:
    found, stills = _cut(film(**how))
    assert [one.at for one in found.boundaries] == pytest.approx([1.2, 2.2], abs=0.01)
    assert len(stills) == 3
