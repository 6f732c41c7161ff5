"""Images: had through the one fetcher, decoded safely, kept as thumbnails."""

from snoop_flow.images.decoding import FORMATS, Decode, decode, image_size, shrink
from snoop_flow.images.loading import FULL_SIZE, ImageLoader, ImageRequest
from snoop_flow.images.process import DecodeLimits
from snoop_flow.images.regions import crop, parse_box
from snoop_flow.images.thumbnails import THUMBNAIL_SIZE, Thumbnails
from snoop_flow.images.workers import Decoder

__all__ = [
    "FORMATS",
    "FULL_SIZE",
    "THUMBNAIL_SIZE",
    "Decode",
    "DecodeLimits",
    "Decoder",
    "ImageLoader",
    "ImageRequest",
    "Thumbnails",
    "crop",
    "decode",
    "image_size",
    "parse_box",
    "shrink",
]
