"""What is kept of any IIIF document, whatever its version: a manifest, its canvases and their images.

The reader (`snoop_iiif.reading`) makes these; sizes are pixels, durations seconds, and every URI is absolute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from snoop_iiif.errors import IIIFError

LanguageMap = Mapping[str, tuple[str, ...]]
"""Plain texts by BCP 47 language; "none" where the document names no language."""

Size = tuple[int, int]
"""Width and height."""

Box = tuple[int, int, int, int]
"""Left, top, width and height."""


@dataclass(frozen=True, slots=True)
class MetadataEntry:
    """One line of a record's descriptive metadata, for display."""

    label: LanguageMap
    value: LanguageMap


@dataclass(frozen=True, slots=True)
class ImageService:
    """A server of one image under the IIIF Image API, as far as the document describes it.

    Attributes:
        id: base URI, without a slash at its end.
        version: major version of the Image API.
        level: compliance level; 0 serves the listed sizes only.
        width: full width, None where the document leaves it to info.json.
        sizes: sizes of the whole image that are ready on the server, smallest first.
        tile_width: width of the tiles.
        tile_height: height of the tiles, None where they are square.
        scale_factors: reductions at which tiles exist.
        max_width: limits of the server on one answer; a missing `max_height` equals `max_width`.
    """

    id: str
    version: Literal[1, 2, 3]
    level: Literal[0, 1, 2]
    width: int | None = None
    height: int | None = None
    sizes: tuple[Size, ...] = ()
    tile_width: int | None = None
    tile_height: int | None = None
    scale_factors: tuple[int, ...] = ()
    max_width: int | None = None
    max_height: int | None = None
    max_area: int | None = None


@dataclass(frozen=True, slots=True)
class Rendition:
    """A ready picture of a whole image at a smaller size, such as a canvas's static thumbnail."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Medium:
    """Sound or moving pictures painted on a canvas.

    Attributes:
        format: media type.
        duration: seconds, as the document states them.
    """

    url: str
    kind: Literal["sound", "video"]
    format: str | None = None
    duration: float | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """An image painted on a canvas, or a thumbnail.

    Attributes:
        url: the fixed address the document gives for it, None where only a service is given.
        format: media type.
        width: of the image itself, or of its region; either may differ from the canvas.
        service: where other sizes can be asked for.
        region: the part of the service's image that is meant; None for all of it.
        position: the part of the canvas it is painted on; None for the whole canvas.
        renditions: pictures of all of it that are ready on the server.
    """

    url: str | None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    service: ImageService | None = None
    region: Box | None = None
    position: Box | None = None
    renditions: tuple[Rendition, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For storage as JSON; absent values are left out."""
        stored = _present(self, _IMAGE_FIELDS)
        if self.service is not None:
            stored["service"] = _present(self.service, _SERVICE_FIELDS)
        if self.renditions:
            stored["renditions"] = [_present(one, _RENDITION_FIELDS) for one in self.renditions]
        return stored

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Image:
        """Back from `to_dict`, also after a way through JSON, where tuples became lists.

        Raises:
            IIIFError: a property that an image does not have.
        """
        try:
            fields = {"url": None, **stored}
            for name in ("region", "position"):
                fields[name] = tuple(stored[name]) if stored.get(name) else None
            fields["renditions"] = tuple(Rendition(**one) for one in stored.get("renditions", ()))
            service = stored.get("service")
            return cls(**{**fields, "service": _service_from_dict(service) if service else None})
        except TypeError as error:
            raise IIIFError(f"a stored image is unreadable: {error}") from error


def _present(one: object, names: tuple[str, ...]) -> dict[str, Any]:
    """The values that are there; `dataclasses.asdict` would copy each of them, which is most of a harvest's reading."""
    return {name: value for name in names if (value := getattr(one, name)) is not None and value != ()}


def _service_from_dict(stored: Mapping[str, Any]) -> ImageService:
    fields = dict(stored)
    fields["sizes"] = tuple((width, height) for width, height in stored.get("sizes", ()))
    fields["scale_factors"] = tuple(stored.get("scale_factors", ()))
    return ImageService(**fields)


_IMAGE_FIELDS = tuple(field.name for field in fields(Image) if field.name not in ("service", "renditions"))
_SERVICE_FIELDS = tuple(field.name for field in fields(ImageService))
_RENDITION_FIELDS = tuple(field.name for field in fields(Rendition))


@dataclass(frozen=True, slots=True)
class Canvas:
    """One page, view or stretch of time: what annotations point at.

    Attributes:
        uri: as the institution wrote it; annotations copy it verbatim.
        width: in canvas units, to which boxes of annotations refer; None for sound alone.
        duration: seconds, for audio and video.
        images: the main one first, then alternatives and further layers in the document's order.
        media: sound and video, likewise.
    """

    uri: str
    label: LanguageMap
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    images: tuple[Image, ...] = ()
    metadata: tuple[MetadataEntry, ...] = ()
    thumbnail: Image | None = None
    media: tuple[Medium, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """A chapter or part: the canvases (maybe with a fragment) and the ranges it holds, by URI."""

    uri: str
    label: LanguageMap
    canvases: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a collection: a book, a print, a broadcast.

    Attributes:
        version: "2.0" (also for the drafts before it), "2.1", "3.0" or "4.0".
        rights: URI of a licence or rights statement.
        homepage: page about the object at its institution.
        nav_date: ISO 8601, as written.
        ranges: all of them, nested ones after the one that holds them.
        quirks: short codes of what was odd and mended, such as "html-in-metadata" or "size-differs".
    """

    uri: str
    version: str
    label: LanguageMap
    summary: LanguageMap
    metadata: tuple[MetadataEntry, ...]
    rights: str | None
    attribution: LanguageMap
    homepage: str | None
    thumbnail: Image | None
    nav_date: str | None
    canvases: tuple[Canvas, ...]
    ranges: tuple[Range, ...] = ()
    quirks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A manifest or collection that a collection holds.

    Attributes:
        document: all of it, where the collection writes it out: pass it to `read_document`, nothing has to be fetched.
            None where it is only referred to.
    """

    uri: str
    kind: Literal["manifest", "collection"]
    label: LanguageMap
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A list of manifests and collections.

    Attributes:
        members: each URI once, in the document's order.
        pages: URIs of further pages of the same collection (`first`, `next`).
    """

    uri: str
    version: str
    label: LanguageMap
    members: tuple[Member, ...] = ()
    pages: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()

    @property
    def embedded(self) -> tuple[Mapping[str, Any], ...]:
        """The documents of those members that are written out inside the collection."""
        return tuple(member.document for member in self.members if member.document is not None)
