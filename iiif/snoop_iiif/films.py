"""Films in manifests: a canvas with a duration, a range for each shot, keyframes that lead back to their moment.

Ranges name stretches of the canvas by media fragments (`#t=START,END`), as the IIIF cookbook does for a table of
contents of audio-visual material (https://iiif.io/api/cookbook/recipe/0026-toc-opera/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import LanguageMap

_SHOTS: Mapping[str, list[str]] = {"en": ["Shots"], "fr": ["Plans"]}
_KEYFRAMES: Mapping[str, list[str]] = {"en": ["Keyframes of the film"], "fr": ["Images clés du film"]}
_MEDIA_FRAGMENTS = "http://www.w3.org/TR/media-frags/"
_PRESENTATION = "http://iiif.io/api/presentation/3/context.json"


@dataclass(frozen=True, slots=True)
class ShotDraft:
    """A shot of a film, in seconds."""

    label: LanguageMap
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class FilmDraft:
    """A film: one canvas with one video.

    Attributes:
        uri: of the canvas; annotations target it, so it may never change.
        duration: seconds.
        media_url: address of the video. media_format: its media type.
        shots: in the order of time.
        poster_service: base URI, under the Image API 3, of a picture that stands for the film.
        keyframes: address of a manifest of its keyframes.
    """

    uri: str
    label: LanguageMap
    width: int
    height: int
    duration: float
    media_url: str
    media_format: str = "video/mp4"
    shots: tuple[ShotDraft, ...] = ()
    poster_service: str | None = None
    thumbnail: str | None = None
    annotation_page: str | None = None
    keyframes: str | None = None


@dataclass(frozen=True, slots=True)
class FilmMoment:
    """A moment of a film, which a keyframe's canvas leads back to.

    Attributes:
        canvas_uri: of the film. manifest_uri: that it is in.
        homepage: web page that shows the moment.
    """

    canvas_uri: str
    manifest_uri: str
    seconds: float
    homepage: str | None = None


def film_canvas(draft: FilmDraft) -> dict[str, Any]:
    """The canvas of a film as JSON-LD of Presentation 3.

    Raises:
        IIIFError: it has no size or no duration.
    """
    if min(draft.width, draft.height) < 1 or not 0 < draft.duration < float("inf"):
        size = f"{draft.width} x {draft.height}, {draft.duration} s"
        raise IIIFError(f"the film {draft.uri} has the impossible size {size}")
    size_ = {"width": draft.width, "height": draft.height}
    body = {"id": draft.media_url, "type": "Video", "format": draft.media_format, **size_, "duration": draft.duration}
    canvas = {
        "id": draft.uri,
        "type": "Canvas",
        "label": _texts(draft.label),
        **size_,
        "duration": draft.duration,
        "thumbnail": _picture(draft.thumbnail),
        "placeholderCanvas": _poster(draft),
        "items": _painted(draft.uri, body),
        "annotations": [{"id": draft.annotation_page, "type": "AnnotationPage"}] if draft.annotation_page else None,
        "seeAlso": _keyframes(draft),
    }
    return {key: value for key, value in canvas.items() if value not in (None, [], {})}


def film_ranges(draft: FilmDraft, base: str) -> list[dict[str, Any]]:
    """The shots of a film as `structures` of its manifest; none without shots.

    Args:
        base: URI below which the ranges are named.
    """
    if not draft.shots:
        return []
    shots = [
        {
            "id": f"{base}/{number}",
            "type": "Range",
            "label": _texts(shot.label) or {"none": [str(number)]},
            "items": [{"id": f"{draft.uri}#t={_seconds(shot.start)},{_seconds(shot.end)}", "type": "Canvas"}],
        }
        for number, shot in enumerate(draft.shots, 1)
    ]
    return [{"id": base, "type": "Range", "label": dict(_SHOTS), "items": shots}]


def moment_links(canvas_uri: str, moment: FilmMoment) -> dict[str, Any]:
    """What a keyframe's canvas says of its film: an annotation that links, and the page that shows the moment."""
    film = {"id": moment.canvas_uri, "type": "Canvas", "partOf": [{"id": moment.manifest_uri, "type": "Manifest"}]}
    selector = {"type": "FragmentSelector", "conformsTo": _MEDIA_FRAGMENTS, "value": f"t={_seconds(moment.seconds)}"}
    link = {
        "id": f"{canvas_uri}/moment",
        "type": "Annotation",
        "motivation": "linking",
        "body": {"type": "SpecificResource", "source": film, "selector": selector},
        "target": canvas_uri,
    }
    found: dict[str, Any] = {
        "annotations": [{"id": f"{canvas_uri}/moments", "type": "AnnotationPage", "items": [link]}]
    }
    if moment.homepage:
        label = {"en": ["This moment in the film"], "fr": ["Ce moment dans le film"]}
        found["homepage"] = [{"id": moment.homepage, "type": "Text", "format": "text/html", "label": label}]
    return found


def _poster(draft: FilmDraft) -> dict[str, Any] | None:
    if draft.poster_service is None:
        return None
    uri, size = f"{draft.uri}/poster", {"width": draft.width, "height": draft.height}
    service = {"id": draft.poster_service, "type": "ImageService3", "profile": "level2"}
    body = {
        "id": f"{draft.poster_service}/full/max/0/default.jpg",
        "type": "Image",
        "format": "image/jpeg",
        **size,
        "service": [service],
    }
    return {"id": uri, "type": "Canvas", **size, "items": _painted(uri, body)}


def _painted(uri: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    annotation = {"id": f"{uri}/painting", "type": "Annotation", "motivation": "painting", "body": body, "target": uri}
    return [{"id": f"{uri}/page", "type": "AnnotationPage", "items": [annotation]}]


def _picture(url: str | None) -> Sequence[Mapping[str, str]] | None:
    return [{"id": url, "type": "Image", "format": "image/jpeg"}] if url else None


def _keyframes(draft: FilmDraft) -> list[dict[str, Any]] | None:
    if draft.keyframes is None:
        return None
    format_ = f'application/ld+json;profile="{_PRESENTATION}"'
    return [{"id": draft.keyframes, "type": "Manifest", "format": format_, "label": dict(_KEYFRAMES)}]


def _texts(texts: LanguageMap) -> dict[str, list[str]]:
    return {language: list(values) for language, values in texts.items() if values}


def _seconds(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
