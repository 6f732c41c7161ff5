"""Parts of a file by HTTP ranges (RFC 9110, 14), as players ask for them while a film runs.

A part is at most `MOST` bytes, which the specification leaves to the server: players ask for what follows. A paused
player would otherwise hold one of the server's few threads for as long as it waits.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Request, Response, send_file
from werkzeug.http import http_date

MOST = 4 << 20


def file_answer(request: Request, path: Path, media_type: str) -> Response:
    """A file, or the part of it that a request wants: 200, 206, 304 or 416."""
    facts = path.stat()
    etag = f"{facts.st_mtime_ns:x}-{facts.st_size:x}"
    modified = datetime.fromtimestamp(facts.st_mtime, UTC).replace(microsecond=0)
    if etag in request.if_none_match or _unchanged(request, modified):
        response = Response(status=304)
    elif request.method == "HEAD":
        response = Response(mimetype=media_type, headers={"Content-Length": str(facts.st_size)})
    elif (wanted := _wanted(request, etag, modified)) is None:
        response = send_file(path, mimetype=media_type, conditional=False, etag=False)
    elif (span := _within(wanted, facts.st_size)) is None:
        response = Response(status=416)
        response.headers["Content-Range"] = f"bytes */{facts.st_size}"
    else:
        first, last = span
        response = Response(_read(path, first, last), 206, mimetype=media_type)
        response.headers["Content-Range"] = f"bytes {first}-{last}/{facts.st_size}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Last-Modified"] = http_date(modified)
    response.cache_control.no_cache = True  # asked again each time, which costs a 304
    response.set_etag(etag)
    return response


def _unchanged(request: Request, modified: datetime) -> bool:
    since = request.if_modified_since
    return not request.if_none_match and since is not None and modified <= since


def _wanted(request: Request, etag: str, modified: datetime) -> tuple[int, int | None] | None:
    """The one range that is asked for, its end left out by the header's own counting; None for the whole file.

    Several ranges are answered with the whole, as are ranges of a file that is not the one they were meant for.
    """
    asked, condition = request.range, request.if_range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if condition.etag is not None and condition.etag != etag:
        return None
    if condition.date is not None and abs(condition.date - modified) > timedelta(seconds=0):
        return None
    return asked.ranges[0]


def _within(wanted: tuple[int, int | None], size: int) -> tuple[int, int] | None:
    """First and last byte of a range in a file of so many bytes; None where it holds none of them."""
    start, stop = wanted
    if start < 0:  # the last bytes
        start, stop = max(size + start, 0), size
    stop = size if stop is None else min(stop, size)
    stop = min(stop, start + MOST)
    return (start, stop - 1) if start < stop else None


def _read(path: Path, first: int, last: int) -> bytes:
    with path.open("rb") as file:
        file.seek(first)
        return file.read(last - first + 1)
