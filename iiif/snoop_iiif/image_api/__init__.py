"""A server's half of the IIIF Image API, level 2 of versions 2 and 3, without any web framework.

Specifications: https://iiif.io/api/image/2.1/ and https://iiif.io/api/image/3.0/. Whoever serves it adds what belongs
to HTTP: CORS, the redirect from the base URI to info.json, and the `Link` headers (`profile_link`, `canonical_path`).
"""

from snoop_iiif.errors import ImageRequestError
from snoop_iiif.image_api.information import info, media_type_of_info, profile_link
from snoop_iiif.image_api.rendering import render
from snoop_iiif.image_api.request import MAX_AREA, ImageRequest, area_limit, canonical_path

__all__ = [
    "MAX_AREA",
    "ImageRequest",
    "ImageRequestError",
    "area_limit",
    "canonical_path",
    "info",
    "media_type_of_info",
    "profile_link",
    "render",
]
