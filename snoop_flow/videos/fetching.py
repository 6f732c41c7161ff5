"""Where a film is read from: its file, or a copy that is fetched and dropped when the film is cut."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from snoop_flow.entities import Item
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetcher
from snoop_flow.protocols.hls import find_film, write_film
from snoop_flow.workspace import Workspace

PIECE = 16 << 20  # bytes asked for at once, and held in memory
PLAYLISTS = ("application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl", "audio/x-mpegurl")
ACCEPT = "video/*, */*;q=0.5"


def local_file(workspace: Workspace, canvas: Item, medium: Mapping[str, Any]) -> Path:
    """The file of a film; one on the web is fetched first, unless an interrupted run has done so.

    Raises:
        SourceError: it cannot be had.
    """
    if "path" in medium:
        return Path(str(medium["path"]))
    url = str(medium.get("url", ""))
    if not url:
        raise SourceError(FailureKind.INVALID, canvas.uri, "its record names no file of the film; harvest it again")
    copy = _copy(workspace, canvas)
    if not copy.is_file():
        copy.parent.mkdir(parents=True, exist_ok=True)
        draft = copy.with_name(f"{copy.name}.{os.getpid()}.part")
        try:
            with draft.open("wb") as file:
                _fetch(workspace, url, str(medium.get("format", "")), file)
            draft.replace(copy)
        except OSError as error:
            reason = f"cannot be kept below the workspace while it is cut ({error.strerror})"
            raise SourceError(FailureKind.TRANSIENT, url, reason) from error
        finally:
            draft.unlink(missing_ok=True)
    return copy


def drop_copy(workspace: Workspace, canvas: Item) -> None:
    """Remove what was fetched of a film."""
    _copy(workspace, canvas).unlink(missing_ok=True)


def _copy(workspace: Workspace, canvas: Item) -> Path:
    return workspace.folder / "run" / "films" / f"{canvas.id}-{canvas.image_digest[:16]}"


def _fetch(workspace: Workspace, url: str, media_type: str, file: BinaryIO) -> None:
    fetcher, limit = workspace.fetcher(), workspace.settings.video_max_bytes
    if is_playlist(url, media_type):
        playlist = find_film(url, lambda address, accept: fetcher.get(address, accept=accept))
        write_film(playlist, lambda part: fetcher.get(part.url, accept=ACCEPT, byte_range=part.byte_range), file, limit)
        return
    for piece in _ranges(fetcher, url, limit):
        file.write(piece)


def _ranges(fetcher: Fetcher, url: str, limit: int) -> Iterator[bytes]:
    """A document piece by piece; from a server that knows no ranges, as a whole."""
    had = 0
    while True:
        answer = fetcher.get(url, accept=ACCEPT, max_bytes=limit, byte_range=(had, had + PIECE - 1))
        yield answer.body
        had += len(answer.body)
        total = _total(answer.headers.get("content-range", ""))
        if answer.status != 206 or total is None or had >= total:
            return
        if total > limit:
            raise SourceError(FailureKind.TOO_BIG, url, f"larger than {limit} bytes; raise the setting video_max_bytes")
        if not answer.body:
            raise SourceError(FailureKind.TRANSIENT, url, f"ends after {had} of {total} bytes", retry_after=900.0)


def _total(content_range: str) -> int | None:
    """The size of the whole in `bytes 0-99/1234`; RFC 9110, 14.4."""
    size = content_range.rpartition("/")[2]
    return int(size) if size.isdigit() else None


def is_playlist(url: str, media_type: str) -> bool:
    """Whether an address leads to an HLS playlist."""
    return media_type.lower().split(";")[0] in PLAYLISTS or urlsplit(url).path.lower().endswith((".m3u8", ".m3u"))
