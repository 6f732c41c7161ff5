"""Films that are damaged, odd or hostile: cut as far as it goes, or refused in one line, and never a hang."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from snoop_flow.errors import FailureKind, SnoopError, SourceError
from snoop_flow.plugin_types import Still, VideoTask
from snoop_video.process import FilmLimits
from snoop_video.segmenter import ShotSegmenter

SECRET = "the-secret-of-another-file"


def _look(path: Path, segmenter: ShotSegmenter | None = None) -> tuple[list[float], list[Still]]:
    opened, stills = segmenter or ShotSegmenter(), list[Still]()
    opened.facts(path)
    found = opened.cut(path, VideoTask(0.0, None, 1, 0.0, 1024), stills.append)
    return [one.at for one in found.boundaries], stills


def _refused(path: Path) -> SourceError:
    began = time.monotonic()
    with pytest.raises(SourceError) as caught:
        _look(path)
    assert time.monotonic() - began < 30
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


def _look_or_refuse(path: Path) -> None:
    """Either is right; anything else, such as a hang, fails the test."""
    began = time.monotonic()
    with suppress(SourceError):
        _look(path)
    assert time.monotonic() - began < 30


def test_a_truncated_film_is_cut_as_far_as_it_goes(film: Any) -> None:
    whole = film("whole.mkv").read_bytes()
    path = film("half.mkv")
    path.write_bytes(whole[: len(whole) * 2 // 3])
    cuts, stills = _look(path)
    assert cuts[:1] == [1.2]
    assert stills


def test_an_mp4_without_its_index_is_refused(film: Any) -> None:
    path = film()
    path.write_bytes(path.read_bytes()[:-2000])  # `moov` stands at the end
    assert _refused(path).kind is FailureKind.INVALID


def test_bytes_turned_over_in_the_middle_do_not_stop_it(film: Any) -> None:
    path = film()
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(1)
    for place in rng.integers(len(data) // 4, len(data) // 2, 40):
        data[place] ^= 255
    path.write_bytes(data)
    _look_or_refuse(path)


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert _refused(path).reason == "holds no moving pictures"


def test_a_wrong_ending_does_not_matter(film: Any) -> None:
    path = film()
    path = path.rename(path.with_suffix(".avi"))
    assert _look(path)[0] == [1.2, 2.2]


def test_a_picture_named_as_a_film_is_refused(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), "red").save(tmp_path / "page.png")
    path = (tmp_path / "page.png").rename(tmp_path / "page.mp4")
    assert _refused(path).kind is FailureKind.INVALID


def test_a_film_that_tells_no_rate_is_cut_by_its_clock(film: Any) -> None:
    path = film("raw.h264")  # a bare stream: no rate but the codec's, no duration, no index
    cuts, stills = _look(path)
    assert len(cuts) == 2
    assert len(stills) == 3


def test_a_rate_of_nought_is_put_right(film: Any) -> None:
    path = film("zero.avi", codec="mjpeg", pixels="yuvj420p")
    data = bytearray(path.read_bytes())
    at = data.index(b"strh") + 8
    struct.pack_into("<II", data, at + 20, 0, 0)  # scale and rate of the stream
    struct.pack_into("<I", data, data.index(b"avih") + 8, 0)  # microseconds of a frame
    path.write_bytes(data)
    _look_or_refuse(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert _refused(tmp_path / "pipe.mp4").reason == "not a file"
    assert _refused(tmp_path / "nothing.mp4").kind is FailureKind.GONE
    (tmp_path / "folder.mp4").mkdir()
    assert _refused(tmp_path / "folder.mp4").reason == "not a file"


# --- playlists ---------------------------------------------------------------------------------------------------


@pytest.fixture
def listening() -> Iterator[tuple[str, list[Any]]]:
    """A port of this machine that nobody may ask, and who did."""
    asked: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield f"127.0.0.1:{server.getsockname()[1]}", asked
        with pytest.raises(BlockingIOError):
            server.accept()


def _attacks(secret: Path, film: Path, address: str) -> dict[str, str]:
    segment = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
    return {
        "file.m3u8": segment.format(film),
        "file-scheme.m3u8": segment.format(f"file://{film}"),
        "relative.m3u8": segment.format(film.name),
        "concat-scheme.m3u8": segment.format(f"concat:{secret}|{film}"),
        "subfile.m3u8": segment.format(f"subfile,,start,0,end,0,,:{film}"),
        "http.m3u8": segment.format(f"http://{address}/segment.ts"),
        "named-as-a-film.mp4": segment.format(film),
        "named-as-a-stream.ts": segment.format(film),
        "concat.txt": f"ffconcat version 1.0\nfile '{film}'\n",
        "concat.mp4": f"ffconcat version 1.0\nfile '{film}'\n",
        "dash.mpd": f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation id="1">'
        f"<BaseURL>http://{address}/</BaseURL></Representation></AdaptationSet></Period></MPD>",
        "movie.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
        "avisynth.avs": f'AviSource("{film}")',
    }


def test_playlists_open_nothing(film: Any, tmp_path: Path, listening: tuple[str, list[Any]]) -> None:
    address, _ = listening
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    inner = film("inner.ts")
    for name, content in _attacks(secret, inner, address).items():
        path = tmp_path / name
        path.write_text(content)
        error = _refused(path)
        assert error.kind is FailureKind.INVALID, name
        assert SECRET not in str(error)


def test_a_film_that_refers_to_another_file_opens_none(film: Any, tmp_path: Path) -> None:
    # a QuickTime film whose data reference (dref) names another file: its samples are then looked for in itself
    path, other = film("outer.mov"), film("other.mov", shots=(20, 20, 20))
    data = bytearray(path.read_bytes())
    at = data.index(b"url ", data.index(b"dref"))
    data[at : at + 4] = b"alis"
    path.write_bytes(data)
    assert other.is_file()
    _look_or_refuse(path)


# --- limits ------------------------------------------------------------------------------------------------------


def test_a_decoder_that_hangs_is_ended(film: Any) -> None:
    hung = ShotSegmenter("time:sleep", FilmLimits(silence=1.0))  # a detector that is no detector
    began = time.monotonic()
    with pytest.raises((SourceError, SnoopError)):
        hung.cut(film(), VideoTask(0.0, None, 1, 0.0, 64), lambda still: None)
    assert time.monotonic() - began < 30


def test_a_film_may_not_take_all_memory(film: Any) -> None:
    small = ShotSegmenter(limits=FilmLimits(memory_bytes=8 << 20))
    with pytest.raises(SourceError) as caught:
        small.cut(film(size=(1920, 1080), shots=(12,)), VideoTask(0.0, None, 1, 0.0, 64), lambda still: None)
    assert caught.value.kind in (FailureKind.TOO_BIG, FailureKind.HOSTILE, FailureKind.INVALID)


def test_a_film_may_not_take_all_day(film: Any) -> None:
    hasty = ShotSegmenter(limits=FilmLimits(start=0.01, slowest=0.0))
    with pytest.raises(SourceError, match="takes longer than"):
        hasty.cut(film(shots=[50] * 40), VideoTask(0.0, None, 1, 0.0, 64), lambda still: None)
