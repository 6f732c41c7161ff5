"""From what the catalogue keeps of an item's image to the picture itself."""

from __future__ import annotations

import math
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

import snoop_iiif
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetcher
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


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One image to load, or the region of it that `selector` names; see `ImageLoader.load`."""

    reference: Reference
    selector: str = ""
    canvas_size: tuple[int, int] | None = None


class ImageLoader:
    """Loads images at about the size wanted; safe to share between threads."""

    def __init__(self, fetcher: Fetcher, decode: Decode = decode) -> None:
        """Fetch through `fetcher`; decode in this process, or elsewhere by giving `Decoder.decode`."""
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
            reference: `{"path": …}` for a local file, `{"url": …}` for one picture on the web, or
                `snoop_iiif.Image.to_dict()`, whose server is asked for a fitting size.
            longest: the longer side wanted in pixels, of the region where there is one; smaller images stay small.
            selector: a media fragment, "" for the whole image.
            canvas_size: width and height that the selector counts in; needed with one.

        Raises:
            SourceError: the image cannot be had, read or cut.
        """
        if canvas_size is None or (box := parse_box(selector, canvas_size)) is None:
            return self._whole(reference, longest)
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
            path = Path(str(reference["path"]))
            return self._decode(read_file(path), longest, uri=str(path))
        if reference.keys() == {"url"}:
            return self._decoded(str(reference["url"]), longest)
        return self._remote(_parsed(reference), longest)

    def _remote(self, image: snoop_iiif.Image, longest: int) -> Image.Image:
        """Ask for the derived size; once more for the picture as published where a server refuses that size."""
        url = _address(image, longest)
        try:
            return self._from_url(url, image, longest)
        except SourceError as error:
            published = image.url or _address(image, _FULL)
            if not _refused(error) or published == url:
                raise
        return self._from_url(published, image, longest)

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


def _refused(error: SourceError) -> bool:
    """Tell whether the server refused this size, not this visitor or this moment."""
    if error.answered is None or error.kind is FailureKind.BLOCKED:
        return False
    return error.answered >= 400 and error.answered not in (429, 503)


def _check_size(picture: Image.Image, image: snoop_iiif.Image, longest: int, url: str) -> None:
    """Refuse the tiny placeholders that some servers give, with status 200, for what they cannot render."""
    expected = min(longest, max(image.width or 0, image.height or 0))
    if max(picture.size) < _PLACEHOLDER < expected:
        reason = f"a picture of {picture.width} × {picture.height} where about {expected} pixels were asked for"
        raise SourceError(FailureKind.INVALID, url, reason)
