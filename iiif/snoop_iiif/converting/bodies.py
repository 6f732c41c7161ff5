"""What is painted on a canvas, as Presentation 3 writes it: images, crops, choices, sound and video."""

from __future__ import annotations

import re
from typing import Any

from snoop_iiif.converting.notation import as_texts, escaped
from snoop_iiif.images import image_url
from snoop_iiif.model import Image, ImageService, LanguageMap, Medium

_WHOLE = 1 << 30
_FORMAT = re.compile(r"[a-z]+/.+")
_PROFILES = {
    1: "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level{}",
    2: "http://iiif.io/api/image/2/level{}.json",
    3: "level{}",
}


def image_body(image: Image, label: LanguageMap | None = None) -> dict[str, Any]:
    """An image as a body; a cropped one is a specific resource of the whole image."""
    whole: dict[str, Any] = {"id": escaped(image.url or image_url(image, _WHOLE)), "type": "Image"}
    if image.format and _FORMAT.fullmatch(image.format):
        whole["format"] = image.format
    whole |= {"width": image.width, "height": image.height} if image.width and image.height and not image.region else {}
    whole |= {"service": [service_of(image.service)]} if image.service else {}
    whole |= {"label": as_texts(label)} if label else {}
    if image.region is None:
        return whole
    region = ",".join(str(number) for number in image.region)
    selector = {"type": "ImageApiSelector", "region": region}
    source = {**whole, "id": escaped(f"{image.service.id}/full/full/0/default.jpg")} if image.service else whole
    return {"type": "SpecificResource", "source": source, "selector": selector}


def medium_body(medium: Medium) -> dict[str, Any]:
    """Sound or video as a body."""
    body: dict[str, Any] = {"id": escaped(medium.url), "type": "Sound" if medium.kind == "sound" else "Video"}
    facts = {"format": medium.format, "duration": medium.duration, "width": medium.width, "height": medium.height}
    return body | {key: value for key, value in facts.items() if value}


def service_of(service: ImageService) -> dict[str, Any]:
    """An image service in the notation of its own version."""
    profile = _PROFILES[service.version].format(service.level)
    kind = f"ImageService{service.version}"
    if service.version == 3:
        described: dict[str, Any] = {"id": escaped(service.id), "type": kind, "profile": profile}
    else:
        described = {"@id": escaped(service.id), "@type": kind, "profile": profile}
    if service.width and service.height:
        described |= {"width": service.width, "height": service.height}
    if service.sizes:
        described["sizes"] = [{"width": width, "height": height} for width, height in service.sizes]
    if service.tile_width and service.scale_factors:
        described["tiles"] = [{"width": service.tile_width, "scaleFactors": list(service.scale_factors)}]
    limits = {"maxWidth": service.max_width, "maxHeight": service.max_height, "maxArea": service.max_area}
    return described | {key: value for key, value in limits.items() if value}
