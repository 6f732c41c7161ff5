"""From what the catalogue keeps of an item's image to the picture itself."""

from __future__ import annotations

import math
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

import snoop_iiif
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetcher
from snoop_flow.images.archived import archived_body
from snoop_flow.images.decoding import Decode, decode, shrink
from snoop_flow.images.ordered import in_order
from snoop_flow.images.regions import crop, parse_box

Reference = Mapping[str, Any]

_ACCEPT = "image/jpeg,image/*;q=0.9"
_LOCAL_BYTES = 1 << 30
_REGION_LONGEST = 4096
_WORKERS = 4
_FULL = 1 << 30
_PLACEHOLDER = 32
_TOO_SMALL = 4  # times smaller than asked for: no server rounds like that
_INFO = "application/ld+json, application/json;q=0.9"
_INFO_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One image to load, or the region of it that `selector` names; see `ImageLoader.load`."""

    reference: Reference
    selector: str = ""
    canvas_size: tuple[int, int] | None = None


class ImageLoader:
    """Loads images at about the size wanted; safe to share between threads."""

    def __init__(self, fetcher: Fetcher, decode: Decode = decode, folder: Path | None = None) -> None:
        """Fetch through `fetcher`; decode in this process, or elsewhere by giving `Decoder.decode`.

        Args:
            folder: that relative paths of local files begin at.
        """
        self._folder = folder or Path()
        self._fetcher = fetcher
        self._decode = decode

    def load(
        self,
        reference: Reference,
        longest: int,
        *,
        selector: str = "",
        canvas_size: tuple[int, int] | None = None,
    ) -> Image.Image:
        """Load one image, or the region of it that `selector` names.

        Args:
            reference: `{"path": …}` for a local file, `{"warc": …, "offset": …}` for one in a web archive, `{"url": …}`
                for one picture on the web, or
                `snoop_iiif.Image.to_dict()`, whose server is asked for a fitting size.
            longest: the longer side wanted in pixels, of the region where there is one; smaller images stay small.
            selector: a media fragment, "" for the whole image.
            canvas_size: width and height that the selector counts in; needed with one.

        Raises:
            SourceError: the image cannot be had, read or cut.
        """
        if canvas_size is None or (box := parse_box(selector, canvas_size)) is None:
            return self._whole(reference, longest)
        if reference.get("position"):
            selector, canvas_size = _within(box, reference["position"])
            box = parse_box(selector, canvas_size) or box
        enough = math.ceil(longest * max(canvas_size) / max(box[2:]))
        whole = self._whole(reference, max(longest, min(enough, _REGION_LONGEST)))
        return shrink(crop(whole, selector, canvas_size), longest)

    def load_many(
        self, requests: Iterable[ImageRequest], longest: int, *, workers: int = _WORKERS
    ) -> Iterator[Image.Image | SourceError]:
        """Load images, `workers` at once, in order; failures are yielded, not raised."""

        def attempt(one: ImageRequest) -> Image.Image | SourceError:
            try:
                return self.load(one.reference, longest, selector=one.selector, canvas_size=one.canvas_size)
            except SourceError as error:
                return error

        with ThreadPoolExecutor(workers, thread_name_prefix="load") as threads:
            yield from in_order(threads, attempt, requests, ahead=2 * workers)

    def _whole(self, reference: Reference, longest: int) -> Image.Image:
        if "path" in reference:
            path = self._folder / str(reference["path"])
            return self._decode(read_file(path), longest, uri=str(path))
        if "warc" in reference:
            body = archived_body(Path(str(reference["warc"])), int(reference["offset"]))
            return self._decode(body, longest, uri=str(reference.get("url", reference["warc"])))
        if reference.keys() == {"url"}:
            return self._decoded(str(reference["url"]), longest)
        return self._remote(_parsed(reference), longest)

    def _remote(self, image: snoop_iiif.Image, longest: int) -> Image.Image:
        """Go down the ladder of sizes until the server gives one of them.

        The size derived from what the document says of the image comes first; where the server refuses it, or the
        document says too little, the one derived from the server's own description; at last the picture as published.
        """
        tried: set[str] = set()
        refused: SourceError | None = None
        for described in self._described(image):
            try:
                return self._sized(described, longest, tried)
            except SourceError as error:
                if not _refused(error):
                    raise
                refused = refused or error
        published = image.url or _address(image, _FULL)
        if refused is not None and published in tried:
            raise refused
        return self._from_url(published, image, longest)

    def _described(self, image: snoop_iiif.Image) -> Iterator[snoop_iiif.Image]:
        """The image as the document describes it, unless that is too little; then as its server does."""
        if not _needs_description(image):
            yield image
        if image.service is not None and (service := self._service(image.service.id)) is not None:
            sizes = (service.width, service.height) if image.region is None else (image.width, image.height)
            yield replace(image, width=sizes[0], height=sizes[1], service=service, renditions=())

    def _service(self, base: str) -> snoop_iiif.ImageService | None:
        """What a server says of an image; None where it cannot be had or read: the document has to do then."""
        url = f"{base}/info.json"
        try:
            return snoop_iiif.read_information(self._fetcher.get(url, accept=_INFO, max_bytes=_INFO_BYTES).body, url)
        except snoop_iiif.IIIFError:
            return None
        except SourceError as error:
            if not _refused(error) and error.kind is not FailureKind.INVALID:
                raise
            return None

    def _sized(self, image: snoop_iiif.Image, longest: int, tried: set[str]) -> Image.Image:
        mosaic = snoop_iiif.image_tiles(image, longest)
        if mosaic is not None and not image.renditions:
            return self._joined(mosaic, longest)
        url = _address(image, longest)
        if url in tried:
            raise SourceError(FailureKind.INVALID, url, "the server refuses the sizes it describes", answered=400)
        tried.add(url)
        return self._from_url(url, image, longest)

    def _joined(self, mosaic: snoop_iiif.Mosaic, longest: int) -> Image.Image:
        """The picture that tiles make up, in RGB."""
        whole = Image.new("RGB", mosaic.size)
        for tile in mosaic.tiles:
            part = self._decoded(tile.url, max(mosaic.size))
            whole.paste(part.convert("RGB"), (tile.left, tile.top))
        return shrink(whole, longest)

    def _from_url(self, url: str, image: snoop_iiif.Image, longest: int) -> Image.Image:
        picture = self._decoded(url, longest)
        _check_size(picture, image, longest, url)
        return picture

    def _decoded(self, url: str, longest: int) -> Image.Image:
        return self._decode(self._fetcher.get(url, accept=_ACCEPT).body, longest, uri=url)


def read_file(path: Path, max_bytes: int = _LOCAL_BYTES) -> bytes:
    """Read a local image file.

    Raises:
        SourceError: GONE when it is absent, FORBIDDEN when it may not be read, TOO_BIG above `max_bytes`, INVALID
            when it is no ordinary file, TRANSIENT when the disk fails.
    """
    uri = str(path)
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise SourceError(FailureKind.INVALID, uri, "not a file")
        if facts.st_size > max_bytes:
            raise SourceError(FailureKind.TOO_BIG, uri, f"larger than {max_bytes} bytes")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(FailureKind.GONE, uri, "the file is no longer there") from error
    except PermissionError as error:
        raise SourceError(FailureKind.FORBIDDEN, uri, "the file may not be read; change its permissions") from error
    except OSError as error:
        raise SourceError(FailureKind.TRANSIENT, uri, f"cannot be read ({error.strerror})") from error


def _within(box: tuple[float, float, float, float], position: Sequence[int]) -> tuple[str, tuple[int, int]]:
    """A box on a canvas as a selector on the image that covers a part of it, and the extent it counts in."""
    left, top, width, height = position
    x, y = max(box[0] - left, 0.0), max(box[1] - top, 0.0)
    right, bottom = min(box[0] + box[2] - left, width), min(box[1] + box[3] - top, height)
    if right <= x or bottom <= y:
        raise SourceError(FailureKind.INVALID, "region", "lies outside of the image on its canvas")
    return f"xywh={x:.3f},{y:.3f},{right - x:.3f},{bottom - y:.3f}", (width, height)


def _parsed(reference: Reference) -> snoop_iiif.Image:
    try:
        return snoop_iiif.Image.from_dict(reference)
    except (TypeError, ValueError) as error:
        raise SourceError(FailureKind.INVALID, "image", f"no image reference ({error}); harvest again") from error


def _address(image: snoop_iiif.Image, longest: int) -> str:
    try:
        return snoop_iiif.image_url(image, longest)
    except snoop_iiif.IIIFError as error:
        raise SourceError(FailureKind.INVALID, image.url or "image", error.reason) from error


def _needs_description(image: snoop_iiif.Image) -> bool:
    """Tell whether a document says too little of an image for any size to be asked for."""
    service = image.service
    if service is None or image.renditions:
        return False
    return service.level == 0 and not (service.sizes or service.scale_factors or image.url)


def _refused(error: SourceError) -> bool:
    """Tell whether the server refused this size, not this visitor or this moment."""
    if error.answered is None or error.kind is FailureKind.BLOCKED:
        return False
    return error.answered >= 400 and error.answered not in (429, 503)


def _check_size(picture: Image.Image, image: snoop_iiif.Image, longest: int, url: str) -> None:
    """Refuse a picture that cannot be the one asked for.

    Some servers give tiny placeholders, or an icon, with status 200 for what they cannot render.
    """
    expected = min(longest, max(image.width or 0, image.height or 0))
    if max(picture.size) < _PLACEHOLDER < expected or max(picture.size) * _TOO_SMALL < expected:
        reason = f"a picture of {picture.width} × {picture.height} where about {expected} pixels were asked for"
        raise SourceError(FailureKind.INVALID, url, reason)
