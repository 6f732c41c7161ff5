"""The canvases of Presentation 2 as Presentation 3: images become painting annotations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from snoop_iiif.converting.bodies import image_body, medium_body
from snoop_iiif.converting.linking import descriptive
from snoop_iiif.converting.notation import web_id
from snoop_iiif.model import Image
from snoop_iiif.reading.context import (
    MAX_CANVASES,
    MAX_IMAGES,
    JSONObject,
    Reading,
    fragment_box,
    listed,
    objects,
    seconds,
    type_of,
)
from snoop_iiif.reading.images import read_images
from snoop_iiif.reading.media import read_media
from snoop_iiif.reading.surfaces import canvas_size, canvas_uri

_NOMINAL = (1000, 1000)  # of a canvas whose size nobody knows: version 3 requires one, and nothing is painted on it


def canvases(sequences: Sequence[JSONObject], manifest: str, reading: Reading) -> list[dict[str, Any]]:
    """The canvases of all sequences, each once."""
    found = [canvas for sequence in sequences for canvas in listed(sequence.get("canvases"))]
    once: dict[str, dict[str, Any]] = {}
    for number, item in enumerate(objects(reading.bounded(found, MAX_CANVASES, "canvases")), start=1):
        canvas = _canvas(item, manifest, number, reading)
        once.setdefault(canvas["id"], canvas)
    return list(once.values())


def _canvas(item: JSONObject, manifest: str, number: int, reading: Reading) -> dict[str, Any]:
    annotations = list(objects(reading.bounded(item.get("images"), MAX_IMAGES, "images on a canvas")))
    bodies = [annotation.get("resource") or annotation.get("body") for annotation in annotations]
    images = [tuple(read_images(body, reading, 2)) for body in bodies]
    targets = [target for annotation in annotations if (target := reading.id_of(annotation.get("on")))]
    named = canvas_uri(item, targets, manifest, number, reading)
    uri = web_id(named, reading) or f"{manifest}/canvas/{number}"
    flat = [image for group in images for image in group]
    size = canvas_size(item, flat, reading)
    duration = seconds(item.get("duration"))
    canvas: dict[str, Any] = {"id": uri, "type": "Canvas", **descriptive(item, uri, reading)}
    canvas.pop("viewingDirection", None)
    if size[0] is None and not duration:
        size = _NOMINAL
    canvas |= {"width": size[0], "height": size[1]} if size[0] else {}
    canvas |= {"duration": duration} if duration else {}
    painted = []
    for place, (annotation, body, group) in enumerate(zip(annotations, bodies, images, strict=True), start=1):
        written = _body(body, group, reading)
        if written is not None:
            painted.append(_painting(annotation, written, uri, place, reading))
    pages = [{"id": f"{uri.split('#')[0]}/page", "type": "AnnotationPage", "items": painted}]
    canvas["items"] = pages if painted else []
    lists = [id_ for one in listed(item.get("otherContent")) if (id_ := web_id(one, reading))]
    return canvas | ({"annotations": [{"id": id_, "type": "AnnotationPage"} for id_ in lists]} if lists else {})


def _body(resource: object, images: Sequence[Image], reading: Reading) -> dict[str, Any] | None:
    """One image, or a choice of several: those of one annotation were never meant to lie on each other."""
    bodies = [image_body(image) for image in images] or [medium_body(one) for one in read_media(resource, reading)]
    if len(bodies) == 1:
        labels = [one for one in objects(resource) if type_of(one) == "Choice"]
        return {"type": "Choice", "items": bodies} if labels and "id" in bodies[0] else bodies[0]
    return {"type": "Choice", "items": bodies} if bodies else None


def _painting(
    annotation: JSONObject, body: dict[str, Any], canvas: str, place: int, reading: Reading
) -> dict[str, Any]:
    box = fragment_box(reading.id_of(annotation.get("on")) or "")
    target = f"{canvas}#xywh={','.join(str(number) for number in box)}" if box else canvas
    own = web_id(annotation, reading)
    return {
        "id": own if own and own != canvas else f"{canvas.split('#')[0]}/painting/{place}",
        "type": "Annotation",
        "motivation": "painting",
        "body": body,
        "target": target,
    }
