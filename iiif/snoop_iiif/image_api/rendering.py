"""From a request and an open image to the bytes of the answer: region, size, rotation, quality, format."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

from snoop_iiif.errors import ImageRequestError
from snoop_iiif.image_api.request import Format, ImageRequest, Quality, area_limit
from snoop_iiif.model import Box, Size

MEDIA_TYPES: dict[Format, str] = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "tif": "image/tiff",
}
_ENCODERS: dict[Format, str] = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "tif": "TIFF"}
_QUARTER_TURNS = {
    90.0: Image.Transpose.ROTATE_270,  # Pillow turns the other way round
    180.0: Image.Transpose.ROTATE_180,
    270.0: Image.Transpose.ROTATE_90,
}
_JPEG_QUALITY = 85
# JPEG scales by 1/2, 1/4 or 1/8 while it is decoded; leave this much for the good filter afterwards.
_DRAFT_SPARE = 2


def render(request: ImageRequest, image: Image.Image, max_area: int | None = None) -> tuple[bytes, str]:
    """The picture that a request asks for, and its media type.

    Args:
        image: opened by Pillow, turned upright already; best not yet loaded, since a JPEG is then decoded
            at the reduced size only (which changes `image.size`: open it anew for each request).
        max_area: most pixels of the answer; `area_limit` where it is left out.

    Raises:
        ImageRequestError: 400, the request does not fit the image or the format.
    """
    box = request.region.box(*image.size)
    size = request.size.of(box[2:], max_area or area_limit(*image.size))
    picture = _turned(_scaled_region(image, box, size), request)
    return _encoded(_in_quality(picture, request.quality), request.format), MEDIA_TYPES[request.format]


def _scaled_region(image: Image.Image, box: Box, size: Size) -> Image.Image:
    whole = image.size
    reduction = min(box[2] / size[0], box[3] / size[1]) / _DRAFT_SPARE
    if reduction >= 2:
        image.draft(None, (round(whole[0] / reduction), round(whole[1] / reduction)))
    across, down = image.size[0] / whole[0], image.size[1] / whole[1]
    left, top, right, bottom = box[0] * across, box[1] * down, (box[0] + box[2]) * across, (box[1] + box[3]) * down
    area = (left, top, min(right, image.size[0]), min(bottom, image.size[1]))
    if image.size == whole and size == box[2:]:
        return _plain(image.crop((box[0], box[1], box[0] + box[2], box[1] + box[3])))
    if image.mode in ("RGB", "L", "RGBA"):
        return image.resize(size, Image.Resampling.LANCZOS, box=area, reducing_gap=3.0)
    corner = (int(area[0]), int(area[1]))
    part = _plain(image.crop((*corner, -int(-area[2] // 1), -int(-area[3] // 1))))
    inside = (area[0] - corner[0], area[1] - corner[1], area[2] - corner[0], area[3] - corner[1])
    return part.resize(size, Image.Resampling.LANCZOS, box=inside, reducing_gap=3.0)


def _plain(image: Image.Image) -> Image.Image:
    """The image with 8 bits a channel, as grey, colour or colour with transparency."""
    if image.mode in ("RGB", "L", "RGBA"):
        return image
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        scale = 1 / 257 if image.mode != "F" else 1.0
        return image.convert("F").point(lambda value: value * scale).convert("L")
    if image.mode == "1":
        return image.convert("L")
    transparent = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def _turned(image: Image.Image, request: ImageRequest) -> Image.Image:
    if request.mirrored:
        image = ImageOps.mirror(image)
    degrees = request.degrees % 360
    if degrees == 0:
        return image
    if degrees in _QUARTER_TURNS:
        return image.transpose(_QUARTER_TURNS[degrees])
    corners = image.convert("RGBA")  # what lies beside the turned image stays transparent
    return corners.rotate(-degrees, Image.Resampling.BICUBIC, expand=True)


def _in_quality(image: Image.Image, quality: Quality) -> Image.Image:
    if quality == "gray":
        return image.convert("LA") if image.mode == "RGBA" else image.convert("L")
    if quality == "bitonal":
        return _on_white(image).convert("L").convert("1")
    return image.convert("RGB") if quality == "color" and image.mode == "L" else image


def _encoded(image: Image.Image, file_format: Format) -> bytes:
    profile = image.info.get("icc_profile") if image.mode in ("RGB", "RGBA") else None
    if file_format == "jpg":
        image = _on_white(image)
        image = image.convert("L") if image.mode == "1" else image
    output = BytesIO()
    options: dict[str, object] = {"icc_profile": profile} if profile and file_format != "gif" else {}
    if file_format in ("jpg", "webp"):
        options["quality"] = _JPEG_QUALITY
    try:
        image.save(output, _ENCODERS[file_format], **options)
    except (OSError, ValueError) as error:  # sides beyond the format: 65 535 for JPEG and GIF, 16 383 for WebP
        size = f"{image.width} x {image.height}"
        raise ImageRequestError(400, f"{size} pixels do not fit into the format {file_format}") from error
    return output.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """Formats without transparency show white instead."""
    if image.mode not in ("RGBA", "LA"):
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    paper.info = dict(image.info)
    return paper.convert("L") if image.mode == "LA" else paper
