"""Image requests of Image API 1.1, 2 and 3, levels 2 and 0, on the files of the archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from snoop_flow.samples.archive import Page
from snoop_flow.samples.manifests.addresses import ready_sizes
from snoop_iiif.image_api import ImageRequest, ImageRequestError, info, render

KEYS = ("v1.1", "v2", "v3", "level0v2", "level0v3")
_CONTEXT_1 = "http://library.stanford.edu/iiif/image-api/1.1/context.json"
_LEVEL_2_1 = "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level2"


def information(key: str, uri: str, page: Page) -> bytes:
    """The info.json of a page's image as the service named by `key` describes it."""
    described: dict[str, Any]
    if key == "v1.1":
        described = {"@context": _CONTEXT_1, "@id": uri, "width": page.width, "height": page.height}
        described |= {"scale_factors": [1, 2, 4], "formats": ["jpg", "png"], "qualities": ["native", "grey", "bitonal"]}
        described |= {"profile": _LEVEL_2_1}
        return json.dumps(described).encode()
    described = info(uri, page.width, page.height, 3 if key.endswith("3") else 2)
    if key.startswith("level0"):
        described = {name: described[name] for name in _plain_names(described)}
        described["sizes"] = [{"width": w, "height": h} for w, h in ready_sizes(page.width, page.height)]
        described["profile"] = "level0" if key == "level0v3" else ["http://iiif.io/api/image/2/level0.json"]
    return json.dumps(described).encode()


def _plain_names(described: dict[str, Any]) -> list[str]:
    """What a service without any software behind it still says."""
    kept = ("@context", "id", "@id", "type", "protocol", "width", "height")
    return [name for name in kept if name in described]


def picture(key: str, parts: list[str], page: Page, folder: Path) -> tuple[bytes, str]:
    """Answer region, size, rotation and quality.format with bytes and their media type.

    Raises:
        ImageRequestError: the service has no such picture.
    """
    region, size, rotation, quality = parts
    if key == "v1.1":
        quality = quality.replace("native", "default").replace("grey", "gray")
    if key.startswith("level0"):
        _refuse_unready(key, parts, page)
        size = size if size in ("full", "max") else size.split(",")[0] + ","
    request = ImageRequest.parse(3 if key.endswith("3") else 2, region, size, rotation, quality)
    with Image.open(folder / page.file) as image:
        return render(request, image)


def _refuse_unready(key: str, parts: list[str], page: Page) -> None:
    region, size, rotation, quality = parts
    sizes = ready_sizes(page.width, page.height)
    names = {f"{w},{h}" for w, h in sizes} | {"max"} if key == "level0v3" else {f"{w}," for w, _ in sizes} | {"full"}
    if region != "full" or size not in names or rotation != "0" or quality != "default.jpg":
        raise ImageRequestError(404, "this service has only the sizes of its info.json, whole, as default.jpg")
