"""The sequences of a Presentation 2 manifest, those of sound and video made like the others.

Presentation 2 knows no sound and video. Wellcome, and others with its software (Digirati's "ixif" extension), wrote
`mediaSequences` of `elements` beside a sequence with a placeholder picture. An element becomes a canvas here, on which
its files are painted as a choice.
"""

from __future__ import annotations

from typing import Any

from snoop_iiif.reading.context import MAX_CANVASES, JSONObject, Reading, listed, objects, type_of

_PLAYED = ("MovingImage", "Video", "Sound", "Audio")
_PLACEHOLDER = "displayIfContentUnsupported"
_COPIED = ("label", "description", "metadata", "thumbnail", "width", "height", "duration")


def sequences_of(document: JSONObject, reading: Reading) -> list[JSONObject]:
    """All sequences; placeholders are left out where there is sound or video in their place."""
    found = list(objects(document.get("sequences")))
    played = [
        canvas
        for sequence in objects(document.get("mediaSequences"))
        for element in objects(reading.bounded(sequence.get("elements"), MAX_CANVASES, "media"))
        if (canvas := _canvas(element, reading)) is not None
    ]
    if not played:
        return found
    reading.note("media-sequences")
    shown = [sequence for sequence in found if sequence.get("compatibilityHint") != _PLACEHOLDER]
    return [*shown, {"@id": reading.first_id(document.get("mediaSequences")), "canvases": played}]


def _canvas(element: JSONObject, reading: Reading) -> dict[str, Any] | None:
    kind, uri = type_of(element), reading.id_of(element)
    files = [
        {"@type": f"dctypes:{kind}", **file} if type_of(file) not in _PLAYED else file
        for file in objects(element.get("rendering"))
        if str(file.get("format", "")).startswith(("audio/", "video/"))
    ]
    if not files and str(element.get("format", "")).startswith(("audio/", "video/")):
        files = [{"@id": uri, "@type": f"dctypes:{kind}", "format": element.get("format")}]
    if kind not in _PLAYED or uri is None or not files:
        return None
    resource = files[0] if len(files) == 1 else {"@type": "oa:Choice", "default": files[0], "item": files[1:]}
    painting = {"@type": "oa:Annotation", "motivation": "sc:painting", "on": uri, "resource": resource}
    copied = {key: element[key] for key in _COPIED if listed(element.get(key))}
    return {"@id": uri, "@type": "sc:Canvas", **copied, "images": [painting]}
