"""A film at one of its moments: player, timeline, what classes found, marks on shots and spans."""

from __future__ import annotations

import math
import uuid
from bisect import bisect_left
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from snoop_flow.errors import UsageError
from snoop_flow.fragments import seconds as seconds_text
from snoop_flow.reports import FilmReport, FoundSegment, KeyframeReport
from snoop_iiif import ContentState, encode_content_state
from snoop_webui import current
from snoop_webui.asked import Asked
from snoop_webui.film_timeline import keyframes_of, timeline
from snoop_webui.forms import place
from snoop_webui.operations import stacks
from snoop_webui.security import allow_media_from

pages = Blueprint("films", __name__, url_prefix="/videos")
RANGES = (2, 5, 10, 30, 60, 300)
USUAL_RANGE = 10
IN_TABLE = 300  # shots of which the table is on the page itself; of longer films it is half of all there is to send
_VALUES = {"positive": 1, "negative": -1, "unsure": 0, "clear": None}


@pages.get("/<record_id>")
def show(record_id: str) -> str:
    """A film, at the moment of a keyframe or at a second."""
    workspace = current.workspace()
    record = workspace.record(record_id)
    class_id = request.args.get("class", "")
    summary = workspace.class_summary(class_id) if class_id else None
    found = workspace.film(record_id, request.args.get("item", ""), class_id or None)
    frames = keyframes_of(found)
    at = _asked_moment(found, frames)
    here = min(frames, key=lambda one: abs(one.at - at), default=None)
    seconds = _range()
    allow_media_from(found.source if found.playing in ("elsewhere", "stream") else "", pieced=found.playing == "stream")
    return render_template(
        "film.html",
        record=record,
        film=found,
        frames=frames,
        here=here,
        at=at,
        near=[one for one in frames if abs(one.at - at) <= seconds],
        seconds=seconds,
        ranges=RANGES,
        drawn=timeline(found, class_id),
        tabled=len(found.shots) <= IN_TABLE or "table" in request.args,
        found_in=_by_shot(found, class_id),
        here_at=_addresses(record_id, class_id, seconds),
        class_id=class_id,
        summary=summary,
        classes=workspace.classes(),
        stacks=stacks(workspace.mark_history(class_id, 100)) if summary else None,
        state=encode_content_state(ContentState(found.uri, record.uri, time=f"t={seconds_text(at)}")),
        manifest=_manifest(record_id, record.local, record.uri),
        like=Asked(items=(here.item,), visual_class=class_id).address() if here else "",
    )


@pages.post("/<record_id>/marks")
def mark(record_id: str) -> Answer:
    """Marks from forms: `mark` is `<value>:<shot or keyframe>`, or `<value>:` for the span from `start` to `end`."""
    value, separator, item = request.form.get("mark", "").partition(":")
    if value not in _VALUES or not separator:
        raise UsageError(f"mark {value[:20]!r}: is one of {', '.join(_VALUES)}, then a colon and the shot")
    span = None if item else (_second(request.form.get("start", "")), _second(request.form.get("end", "")))
    report = current.workspace().mark_film(
        request.form.get("class", ""), record_id, _VALUES[value], item=item, span=span, op_id=uuid.uuid4().hex
    )
    flash(ngettext("%(num)s keyframe marked", "%(num)s keyframes marked", len(report.keyframes)))
    return redirect(place(request.form, url_for("films.show", record_id=record_id)), 303)


def _by_shot(film: FilmReport, class_id: str) -> list[list[FoundSegment]]:
    """The segments that each shot has a part of, of the class at hand or of all; both are in the order of time."""
    shown = sorted((one for one in film.segments if class_id in ("", one.class_id)), key=lambda one: one.start)
    longest = max((one.end - one.start for one in shown), default=0.0)
    starts = [one.start for one in shown]
    parts = [shown[bisect_left(starts, shot.start - longest) : bisect_left(starts, shot.end)] for shot in film.shots]
    return [[one for one in mine if one.end > shot.start] for mine, shot in zip(parts, film.shots, strict=True)]


def _addresses(record_id: str, class_id: str, seconds: int) -> Callable[..., str]:
    """Addresses of this page at other moments: `url_for` for each of thousands would take longer than all else."""
    kept = {"class": class_id or None, "range": seconds if seconds != USUAL_RANGE else None}
    base = url_for("films.show", record_id=record_id, **kept)  # type: ignore[arg-type]  # its other arguments are not meant

    def address(**part: Any) -> str:
        return f"{base}{'&' if '?' in base else '?'}{urlencode(part)}"

    return address


def _asked_moment(film: FilmReport, frames: list[KeyframeReport]) -> float:
    """The second that is asked for: by itself, or as that of a keyframe, a shot or the film's best segment."""
    if wanted := request.args.get("t", ""):
        return min(_second(wanted), film.duration)
    item = request.args.get("item", "")
    moments = {one.item: one.at for one in frames} | {shot.item: shot.start for shot in film.shots if shot.item}
    return moments.get(item, 0.0)


def _second(text: str) -> float:
    """A moment as people type it: seconds, or hours, minutes and seconds; raises `UsageError`."""
    total = 0.0
    try:
        for part in text.strip().replace(",", ".").split(":"):
            total = 60 * total + float(part)
    except ValueError as error:
        raise UsageError(_("time %(text)s: write it as 1:05:30 or in seconds", text=repr(text[:20]))) from error
    if not 0 <= total < math.inf:
        raise UsageError(_("time %(text)s: write it as 1:05:30 or in seconds", text=repr(text[:20])))
    return total


def _range() -> int:
    given = request.args.get("range", "")
    return int(given) if given.isascii() and given.isdigit() and 0 < int(given[:6]) <= 86_400 else USUAL_RANGE


def _manifest(record_id: str, local: bool, uri: str) -> dict[str, Any]:
    ours = url_for("iiif.manifest", record_id=record_id) if local else uri
    return {"film": ours, "keyframes": url_for("iiif.keyframes", record_id=record_id)}
