"""Our own manifests of Presentation 3 in the words of 2.1, for viewers that know nothing newer.

https://iiif.io/api/presentation/2.1/. It converts what we build (one painting image a canvas, annotation pages by
address), not any manifest: sound and video, which 2.1 has no words for, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_CONTEXT = "http://iiif.io/api/presentation/2/context.json"
_IMAGE_CONTEXT = "http://iiif.io/api/image/{}/context.json"
_OLDEST_IMAGE_CONTEXT = "http://library.stanford.edu/iiif/image-api/1.1/context.json"


def to_presentation2(manifest: Mapping[str, Any], uri: str, list_of: Callable[[str], str]) -> dict[str, Any]:
    """A manifest as `sc:Manifest`.

    Args:
        manifest: from `build_manifest` or `build_wrapper`.
        uri: of the converted manifest.
        list_of: from the address of an annotation page to that of the same as an annotation list.
    """
    statement = manifest.get("requiredStatement", {})
    see_also = [{"@id": one["id"], "format": one.get("format")} for one in manifest.get("seeAlso", ())]
    homepage = [{"@id": one["id"], "format": one.get("format")} for one in manifest.get("homepage", ())]
    canvases = [_canvas(one, list_of) for one in manifest.get("items", ()) if _painted(one)]
    return _present(
        {
            "@context": _CONTEXT,
            "@id": uri,
            "@type": "sc:Manifest",
            "label": _texts(manifest.get("label", {})),
            "metadata": [
                {"label": _texts(one["label"]), "value": _texts(one["value"])} for one in manifest.get("metadata", ())
            ],
            "attribution": _texts(statement.get("value", {})),
            "license": manifest.get("rights"),
            "related": [_present(one) for one in homepage],
            "seeAlso": [_present(one) for one in see_also],
            "sequences": [{"@id": f"{uri}/sequence", "@type": "sc:Sequence", "canvases": canvases}],
        }
    )


def _canvas(canvas: Mapping[str, Any], list_of: Callable[[str], str]) -> dict[str, Any]:
    painting, body = _painted(canvas)[0]
    return _present(
        {
            "@id": canvas["id"],
            "@type": "sc:Canvas",
            "label": _texts(canvas.get("label", {})) or canvas["id"],
            "width": canvas.get("width"),
            "height": canvas.get("height"),
            "images": [
                {
                    "@id": painting["id"],
                    "@type": "oa:Annotation",
                    "motivation": "sc:painting",
                    "on": canvas["id"],
                    "resource": _resource(body),
                }
            ],
            "otherContent": [
                {"@id": list_of(page["id"]), "@type": "sc:AnnotationList"} for page in canvas.get("annotations", ())
            ],
        }
    )


def _painted(canvas: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The painting annotations of a canvas that are images, with their bodies."""
    found = [(one, one["body"]) for page in canvas.get("items", ()) for one in page.get("items", ())]
    return [(one, body) for one, body in found if body.get("source", body).get("type") == "Image"]


def _resource(body: Mapping[str, Any]) -> dict[str, Any]:
    if body["type"] == "SpecificResource":
        return {
            "@id": f"{body['source']['id']}#region",
            "@type": "oa:SpecificResource",
            "full": _resource(body["source"]),
            "selector": {"@type": "iiif:ImageApiSelector", "region": body["selector"]["region"]},
        }
    services = body.get("service", ())
    kept = {name: body.get(name) for name in ("format", "width", "height")}
    known = sorted(services, key=lambda one: "@id" not in one)  # what an old viewer can ask comes first
    return _present({"@id": body["id"], "@type": "dctypes:Image", **kept, "service": _service(known)})


def _service(services: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    if not services:
        return None
    one = services[0]
    version = str(one.get("@type") or one.get("type"))[-1]
    context = _OLDEST_IMAGE_CONTEXT if version == "1" else _IMAGE_CONTEXT.format(version)
    profile = f"http://iiif.io/api/image/3/{one['profile']}.json" if version == "3" else one["profile"]
    return {"@context": context, "@id": one.get("@id") or one["id"], "profile": profile}


def _texts(value: Mapping[str, list[str]]) -> str | list[dict[str, str]]:
    """A language map as 2.1 writes it; text in no language as it is."""
    if set(value) == {"none"} and len(value["none"]) == 1:
        return value["none"][0]
    return [
        {"@value": text} if language == "none" else {"@value": text, "@language": language}
        for language, texts in value.items()
        for text in texts
    ] or ""


def _present(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value not in (None, [], "", {})}
