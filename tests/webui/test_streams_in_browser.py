"""A film that its institution gives as an HLS stream, in a browser that plays none by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pytest_httpserver import HTTPServer

from snoop_flow import Workspace

av = pytest.importorskip("av", reason="PyAV is not installed; the plugin snoop-video brings it")

Visit = Callable[..., Page]
VENDOR = Path(__file__).parents[2] / "webui/snoop_webui/static/vendor/hls/hls.light.min.js"
PLAYLIST = "application/vnd.apple.mpegurl"
# some browsers play HLS by themselves, this one by chance of its build
NONE_ITSELF = """const told = HTMLMediaElement.prototype.canPlayType;
HTMLMediaElement.prototype.canPlayType = function (type) {
  return /mpegurl/i.test(type) ? "" : told.call(this, type);
};"""


@pytest.fixture
def stream(httpserver: HTTPServer, tmp_path: Path) -> HTTPServer:
    """Forty seconds of moving bars in segments, on another server, that lets pages of any site read it."""
    folder = tmp_path / "stream"
    folder.mkdir()
    options = {"hls_time": "4", "hls_playlist_type": "vod", "hls_segment_filename": str(folder / "part%d.ts")}
    with av.open(str(folder / "list.m3u8"), "w", format="hls", options=options) as container:
        track = container.add_stream("libx264", rate=5)
        track.width, track.height, track.pix_fmt, track.codec_context.gop_size = 160, 96, "yuv420p", 5
        track.options = {"preset": "ultrafast", "profile": "baseline"}
        for number in range(200):
            picture = np.roll(np.arange(96 * 160 * 3, dtype=np.uint32) // 960 % 256, 480 * number).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture.reshape(96, 160, 3), "rgb24")
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    for file in folder.iterdir():
        media_type = PLAYLIST if file.suffix == ".m3u8" else "video/mp2t"
        shared = {"Access-Control-Allow-Origin": "*"}
        httpserver.expect_request(f"/{file.name}").respond_with_data(
            file.read_bytes(), content_type=media_type, headers=shared
        )
    return httpserver


@pytest.fixture
def film(archive: Workspace, pictures: Path, add_film: Callable[..., str], stream: HTTPServer) -> str:
    base = stream.url_for("/").rstrip("/")
    return add_film(archive, pictures, url=base, media_type=PLAYLIST, named="list.m3u8")


@pytest.mark.skipif(not VENDOR.is_file(), reason="hls.js is not here: run python -m snoop_webui.vendor")
def test_a_stream_plays_from_the_moment_asked_for(visit: Visit, film: str) -> None:
    page = visit("/classes")
    page.add_init_script(NONE_ITSELF)
    if not page.evaluate("MediaSource.isTypeSupported('video/mp4; codecs=\"avc1.42E01E\"')"):
        pytest.skip("this Chromium knows no H.264")
    page.goto(f"/videos/{film}?t=9")
    video = page.locator("#video")
    expect(video).to_have_js_property("readyState", 4, timeout=30_000)
    expect(page.locator("#unplayable")).to_be_hidden()
    assert str(video.evaluate("(one) => one.currentSrc")).startswith("blob:")
    assert video.evaluate("(one) => one.currentTime") == pytest.approx(9.0, abs=0.5)
    assert video.evaluate("(one) => one.duration") == pytest.approx(40.0, abs=1.0)
    page.locator("#shots a").nth(5).click()
    assert video.evaluate("(one) => one.currentTime") == pytest.approx(30.0, abs=0.1)  # as soon as it seeks
    expect(video).to_have_js_property("readyState", 4, timeout=30_000)


def test_without_hls_js_the_keyframes_are_there_and_a_line_says_why(visit: Visit, film: str) -> None:
    page = visit("/classes", allow="ERR_FAILED")
    page.add_init_script(NONE_ITSELF)
    page.route("**/vendor/hls/*", lambda route: route.abort())
    page.goto(f"/videos/{film}")
    expect(page.locator("#unplayable")).to_contain_text("cannot play the film from the server of its institution")
    expect(page.locator("#shots img")).to_have_count(7)


@pytest.mark.skipif(not VENDOR.is_file(), reason="hls.js is not here: run python -m snoop_webui.vendor")
def test_a_stream_that_fails_is_told(visit: Visit, film: str, stream: HTTPServer) -> None:
    stream.clear()
    page = visit("/classes", allow="Failed to load|CORS|ERR_FAILED")
    page.add_init_script(NONE_ITSELF)
    page.goto(f"/videos/{film}")
    expect(page.locator("#unplayable")).to_be_visible(timeout=30_000)
