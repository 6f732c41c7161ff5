"""Films as IIIF documents name them: the canvas with its video and shots, keyframes as canvases of their own."""

from __future__ import annotations

from snoop_flow.entities import Item
from snoop_flow.films.reading import Film
from snoop_flow.fragments import seconds
from snoop_flow.settings import Settings
from snoop_iiif import CanvasDraft, FilmDraft, FilmMoment, LanguageMap, ShotDraft


def media_url(settings: Settings, film: Film) -> str:
    """The address of the video: here for a file of this installation, else where its institution serves it."""
    if "path" in film.medium:
        return f"{settings.public_url.rstrip('/')}/iiif/media/{film.canvas.id}"
    return str(film.medium.get("url", ""))


def keyframes_uri(settings: Settings, record_id: str) -> str:
    """The address of the manifest of a record's keyframes."""
    return f"{settings.public_url.rstrip('/')}/iiif/manifests/{record_id}/keyframes"


def film_draft(settings: Settings, film: Film, annotation_page: str | None) -> FilmDraft:
    """The canvas of a film."""
    public = settings.public_url.rstrip("/")
    canvas, pictured = film.canvas, "path" in film.canvas.image
    return FilmDraft(
        uri=canvas.uri,
        label=canvas.label or film.record.label,
        width=film.size[0],
        height=film.size[1],
        duration=film.duration,
        media_url=media_url(settings, film),
        media_format=film.media_type or "video/mp4",
        shots=tuple(ShotDraft(one.item.label, one.start, one.end) for one in film.shots if one.item is not None),
        poster_service=f"{public}/iiif/3/{canvas.id}" if pictured else None,
        thumbnail=f"{public}/thumbnails/{canvas.id}.jpg" if pictured else None,
        annotation_page=annotation_page,
        keyframes=keyframes_uri(settings, film.record.id) if film.keyframes else None,
    )


def keyframe_canvases(settings: Settings, film: Film, manifest_uri: str) -> list[CanvasDraft]:
    """The keyframes of a film, each a canvas that leads back to its moment.

    Args:
        manifest_uri: of the manifest that the film's canvas is in.
    """
    by_number = {moment.key: moment for moment in film.moments}
    return [
        _canvas(settings, film, item, manifest_uri, by_number[number].at)
        for number, item in film.keyframes.items()
        if "path" in item.image and min(item.width, item.height) > 0
    ]


def _canvas(settings: Settings, film: Film, item: Item, manifest_uri: str, at: float) -> CanvasDraft:
    public = settings.public_url.rstrip("/")
    page = f"{public}/videos/{film.record.id}?item={item.id}"
    return CanvasDraft(
        uri=f"{public}/iiif/canvases/{item.id}",
        label=item.label or _clock(at),
        width=item.width,
        height=item.height,
        service_3=f"{public}/iiif/3/{item.id}",
        service_2=f"{public}/iiif/2/{item.id}",
        thumbnail=f"{public}/thumbnails/{item.id}.jpg",
        moment=FilmMoment(film.canvas.uri, manifest_uri, at, page),
    )


def _clock(at: float) -> LanguageMap:
    return {"none": (f"{seconds(at)} s",)}
