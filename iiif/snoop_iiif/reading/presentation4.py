"""Drafts of Presentation 4: https://preview.iiif.io/api/prezi-4/presentation/4.0/.

For us it differs from version 3 in its containers: timelines (sound alone) count as canvases without a surface;
scenes (3D) cannot be looked at as an image and are left out.
"""

from __future__ import annotations

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import Collection, Manifest
from snoop_iiif.reading import presentation3
from snoop_iiif.reading.context import JSONObject, Reading, objects, type_of


def read_manifest(document: JSONObject, reading: Reading) -> Manifest:
    """A manifest, with its canvases and timelines.

    Raises:
        IIIFError: only scenes, nothing at all, or more than can be read.
    """
    types = {type_of(item) for item in objects(document.get("items"))}
    if "Scene" in types:
        reading.note("scene-left-out")
    if types == {"Scene"}:
        raise IIIFError("a manifest of 3D scenes only, without canvases")
    return presentation3.read_manifest(document, reading, "4.0", ("Canvas", "Timeline", ""))


def read_collection(document: JSONObject, reading: Reading) -> Collection:
    """A collection.

    Raises:
        IIIFError: more members than can be read.
    """
    return presentation3.read_collection(document, reading, "4.0")
