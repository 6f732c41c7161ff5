from __future__ import annotations

import io
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetcher, FetchPolicy
from snoop_flow.protocols.hls import (
    Part,
    Playlist,
    choose_variant,
    find_film,
    parts_of,
    read_playlist,
    reading,
    write_film,
)

BASE = "https://films.example.org/av/7/index.m3u8?key=1"
MASTER = """#EXTM3U
#EXT-X-VERSION:4
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="fr",URI="fr.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=96000,CODECS="mp4a.40.2",AUDIO="a"
sound.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS="avc1.4d401f,mp4a.40.2"
low/index.m3u8
#EXT-X-STREAM-INF:RESOLUTION=1280x720,BANDWIDTH=2400000
//other.example.org/mid.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=6000000,RESOLUTION=1920x1080
/high.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,URI="iframes.m3u8"
"""
MEDIA = """#EXTM3U
#EXT-X-TARGETDURATION:6
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="film.mp4",BYTERANGE="720@0"
#EXTINF:6.006,
#EXT-X-BYTERANGE:1000@720
film.mp4
# a remark
#EXTINF:5.5,title, with a comma
#EXT-X-BYTERANGE:500
film.mp4
#EXT-X-DISCONTINUITY
#EXTINF:2,
tail.m4s
#EXT-X-ENDLIST
"""


def test_a_list_of_qualities() -> None:
    read = read_playlist(MASTER, BASE)
    assert read.segments == ()
    assert [(one.url, one.height, one.bandwidth, one.pictured) for one in read.variants] == [
        ("https://films.example.org/av/7/sound.m3u8", 0, 96_000, False),
        ("https://films.example.org/av/7/low/index.m3u8", 360, 900_000, True),
        ("https://other.example.org/mid.m3u8", 720, 2_400_000, True),
        ("https://films.example.org/high.m3u8", 1080, 6_000_000, True),
    ]
    assert [choose_variant(read, height).height for height in (100, 720, 721, 4000)] == [360, 720, 1080, 1080]


def test_only_sound_is_no_film() -> None:
    sound = MASTER.split("#EXT-X-STREAM-INF:BANDWIDTH=900000")[0]
    with pytest.raises(SourceError, match="without a variant that has pictures"):
        choose_variant(read_playlist(sound, BASE))


def test_a_list_of_segments() -> None:
    read = read_playlist(MEDIA, BASE)
    film = "https://films.example.org/av/7/film.mp4"
    assert [(one.start, one.duration, one.part, one.cut) for one in read.segments] == [
        (0.0, 6.006, Part(film, (720, 1719)), False),
        (6.006, 5.5, Part(film, (1720, 2219)), False),
        (11.506, 2.0, Part("https://films.example.org/av/7/tail.m4s"), True),
    ]
    assert read.duration == pytest.approx(13.506)
    assert {one.header for one in read.segments} == {Part(film, (0, 719))}
    assert [part.byte_range for part in parts_of(read)] == [(0, 719), (720, 1719), (1720, 2219), None]


def test_a_gap_passes_but_is_not_asked_for() -> None:
    text = "#EXTM3U\n#EXTINF:4,\na.ts\n#EXTINF:4,\n#EXT-X-GAP\nb.ts\n#EXTINF:4,\nc.ts\n#EXT-X-ENDLIST"
    assert [one.start for one in read_playlist(text, BASE).segments] == [0.0, 8.0]


HOSTILE = [
    "file:///etc/passwd",
    "FILE:/etc/passwd",
    "concat:http://films.example.org/a|file:///etc/passwd",
    "subfile,,start,0,end,0,,:/etc/passwd",
    "crypto:a.ts",
    "data:video/mp2t;base64,AAAA",
    "pipe:0",
    "gopher://films.example.org/1",
    "http:/etc/passwd",
    "http://127.0.0.1/a.ts",
    "http://127.0.0.1:6379/a.ts",
    "http://2130706433/a.ts",
    "http://0x7f.1/a.ts",
    "http://127.1/a.ts",
    "http://[::1]/a.ts",
    "http://[::ffff:127.0.0.1]/a.ts",
    "http://10.0.0.7/a.ts",
    "http://169.254.169.254/latest/meta-data",
    "http://localhost/a.ts",
    "http://db.internal./a.ts",
    "//192.168.1.1/a.ts",
    "http://films.example.org@127.0.0.1/a.ts",
    "http://films.example.org:22/a.ts",
    "\\\\server\\share",
    "{$base}/a.ts",
]


@pytest.mark.parametrize("address", HOSTILE)
@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:4,\n{}\n#EXT-X-ENDLIST",
        '#EXTM3U\n#EXT-X-MAP:URI="{}"\n#EXTINF:4,\na.m4s\n#EXT-X-ENDLIST',
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{}\n",
    ],
    ids=["segment", "header", "variant"],
)
def test_what_a_list_may_not_name(text: str, address: str) -> None:
    with pytest.raises(SourceError) as failure:
        read_playlist(text.replace("{}", address), BASE)
    assert failure.value.kind is FailureKind.HOSTILE
    assert "\n" not in str(failure.value)


def test_a_server_within_may_name_itself_only() -> None:
    base = "http://127.0.0.1:8080/film/index.m3u8"
    text = "#EXTM3U\n#EXTINF:4,\n{}\n#EXT-X-ENDLIST"
    assert read_playlist(text.replace("{}", "a.ts"), base).segments[0].part.url == "http://127.0.0.1:8080/film/a.ts"
    for other in ("http://127.0.0.1:8081/a.ts", "https://127.0.0.1:8080/a.ts", "http://10.0.0.7:8080/a.ts"):
        with pytest.raises(SourceError, match="local network"):
            read_playlist(text.replace("{}", other), base)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("", FailureKind.INVALID, "does not begin with #EXTM3U"),
        ("<html>", FailureKind.INVALID, "does not begin with #EXTM3U"),
        ("#EXTM3U\n#EXT-X-ENDLIST", FailureKind.INVALID, "without segments"),
        ("#EXTM3U\n#EXTINF:4,\na.ts", FailureKind.INVALID, "a live HLS list"),
        ("#EXTM3U\na.ts\n#EXT-X-ENDLIST", FailureKind.INVALID, "without its duration"),
        ("#EXTM3U\n#EXTINF:nan,\na.ts\n#EXT-X-ENDLIST", FailureKind.INVALID, "a segment of 'nan' seconds"),
        ("#EXTM3U\n#EXTINF:-4,\na.ts\n#EXT-X-ENDLIST", FailureKind.INVALID, "a segment of '-4' seconds"),
        ("#EXTM3U\n#EXTINF:1e9,\na.ts\n#EXT-X-ENDLIST", FailureKind.INVALID, "a segment of '1e9' seconds"),
        ("#EXTM3U\n#EXTINF:4,\n#EXT-X-BYTERANGE:0@0\na.ts", FailureKind.INVALID, "byte range '0@0'"),
        ("#EXTM3U\n#EXTINF:4,\n#EXT-X-BYTERANGE:9\na.ts", FailureKind.INVALID, "that follows no other"),
        ('#EXTM3U\n#EXT-X-MAP:BYTERANGE="9@0"', FailureKind.INVALID, "without an address"),
        ('#EXTM3U\n#EXT-X-DEFINE:NAME="a",VALUE="b"', FailureKind.INVALID, "variables"),
        ('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k"', FailureKind.FORBIDDEN, "encrypted (AES-128)"),
        ("#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES-CTR", FailureKind.FORBIDDEN, "encrypted (SAMPLE-AES-CTR)"),
        ('#EXTM3U\n#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"', FailureKind.FORBIDDEN, "encrypted"),
        ("#EXTM3U\n#EXT-X-KEY:", FailureKind.FORBIDDEN, "encrypted"),
        (MASTER + MEDIA, FailureKind.INVALID, "both variants and segments"),
        ("#EXTM3U\n" + "x" * 20_000, FailureKind.TOO_BIG, "a line of more than"),
        ("#EXTM3U\n" * (1 << 21), FailureKind.TOO_BIG, "characters is not read"),
        ("#EXTM3U\n" + "#EXTINF:1,\na\n" * 50_001, FailureKind.TOO_BIG, "50000 segments"),
        ("#EXTM3U\n" + "#EXT-X-STREAM-INF:\na\n" * 201, FailureKind.TOO_BIG, "200 variants"),
    ],
)
def test_what_is_refused_and_why(text: str, kind: FailureKind, reason: str) -> None:
    with pytest.raises(SourceError) as failure:
        read_playlist(text, BASE)
    assert (failure.value.kind, failure.value.uri) == (kind, BASE)
    assert reason in failure.value.reason


def test_an_open_key_is_no_key() -> None:
    text = "#EXTM3U\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST"
    assert len(read_playlist(text, BASE).segments) == 1


LINES = st.sampled_from([line for line in (MASTER + MEDIA).splitlines() if line] + HOSTILE) | st.text(max_size=40)


@given(st.lists(LINES, max_size=30))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    try:
        read = read_playlist("#EXTM3U\n" + "\n".join(lines), BASE)
    except SourceError:
        return
    named = [one.url for one in read.variants] + [one.part.url for one in read.segments]
    assert named
    assert all(one.startswith(("http://", "https://")) for one in named)
    assert len(read.segments) <= reading.MOST_SEGMENTS


# --- a film by way of the one fetcher ----------------------------------------------------------------------------


FILM = bytes(range(256)) * 8


def answer(body: bytes | str, status: int = 200) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status} OK\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    return head.encode() + data


def ranged(connection: socket.socket, head: bytes) -> None:
    found = re.search(rb"(?i)range: bytes=(\d+)-(\d+)", head)
    connection.sendall(answer(FILM[int(found[1]) : int(found[2]) + 1], 206) if found else answer(FILM))


@pytest.fixture
def fetcher(server: Any) -> Iterator[Fetcher]:
    with Fetcher(FetchPolicy(allowed_hosts=frozenset({server.host}), attempts=1)) as opened:
        yield opened


def film(server: Any, fetcher: Fetcher, text: str) -> Playlist:
    url = server.set("/film/index.m3u8", answer(text))
    return find_film(url, lambda address, accept: fetcher.get(address, accept=accept))


def test_a_film_is_put_together(server: Any, fetcher: Fetcher) -> None:
    server.set("/film/low.m3u8", answer(MEDIA.replace("720@0", "256@0").replace("1000@720", "512@256")))
    server.set("/film/film.mp4", ranged)
    server.set("/film/tail.m4s", answer(b"tail"))
    read = film(server, fetcher, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n")
    file = io.BytesIO()
    size = write_film(read, lambda part: fetcher.get(part.url, byte_range=part.byte_range), file, 10_000)
    assert file.getvalue() == FILM[:256] + FILM[256:768] + FILM[768:1268] + b"tail"
    assert size == len(file.getvalue())


def test_a_server_without_ranges_gives_the_whole_and_is_cut(server: Any, fetcher: Fetcher) -> None:
    server.set("/film/a.ts", answer(FILM))
    read = film(server, fetcher, "#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:9@5\na.ts\n#EXT-X-ENDLIST")
    file = io.BytesIO()
    write_film(read, lambda part: fetcher.get(part.url, byte_range=part.byte_range), file, 10_000)
    assert file.getvalue() == FILM[5:14]


def test_limits_of_a_film(server: Any, fetcher: Fetcher) -> None:
    server.set("/film/a.ts", answer(FILM))
    read = film(server, fetcher, "#EXTM3U\n" + "#EXTINF:1,\na.ts\n" * 9 + "#EXT-X-ENDLIST")
    with pytest.raises(SourceError, match="larger than 5000 bytes"):
        write_film(read, lambda part: fetcher.get(part.url), io.BytesIO(), 5000)
    short = film(server, fetcher, "#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:9@5000\na.ts\n#EXT-X-ENDLIST")
    with pytest.raises(SourceError, match="has no bytes 5000 to 5008"):
        write_film(short, lambda part: fetcher.get(part.url, byte_range=part.byte_range), io.BytesIO(), 5000)


def test_a_list_that_leads_to_itself_is_not_followed(server: Any, fetcher: Fetcher) -> None:
    with pytest.raises(SourceError, match="variants inside another"):
        film(server, fetcher, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex.m3u8\n")
    assert len(server.requests) == 2


def test_where_a_name_leads_is_the_fetchers_to_refuse(server: Any, fetcher: Fetcher) -> None:
    """A redirect to another port of this machine; the list itself named nothing wrong."""
    server.set("/film/a.ts", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/a.ts\r\nContent-Length: 0\r\n\r\n")
    read = film(server, fetcher, "#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST")
    with pytest.raises(SourceError):
        write_film(read, lambda part: fetcher.get(part.url), io.BytesIO(), 5000)


def test_a_film_that_changes_its_coding_midway(server: Any, fetcher: Fetcher) -> None:
    text = "#EXTM3U\n" + '#EXT-X-MAP:URI="{0}.mp4"\n#EXTINF:1,\n{0}.m4s\n'.format("a")
    text += '#EXT-X-MAP:URI="{0}.mp4"\n#EXTINF:1,\n{0}.m4s\n#EXT-X-ENDLIST'.format("b")
    read = film(server, fetcher, text)
    with pytest.raises(SourceError, match="changes midway"):
        write_film(read, lambda part: fetcher.get(part.url), io.BytesIO(), 5000)


def test_what_is_no_list_at_all(server: Any, fetcher: Fetcher) -> None:
    url = server.set("/film/index.m3u8", answer(b"\xff\xfe\x00"))
    with pytest.raises(SourceError, match="not UTF-8"):
        find_film(url, lambda address, accept: fetcher.get(address, accept=accept))
