"""Models that have short names.

Sizes and licences are as they were published, noted from memory: the card of a model says what holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from snoop_flow.errors import phrase
from snoop_torch.known import Known
from snoop_transformers.family import resolve

APACHE, MIT, META = "Apache-2.0", "MIT", phrase("DINOv3 License, to be accepted on its page")
MANY = phrase("109 languages")  # of the texts that SigLIP 2 was trained on
XLM_R = phrase("48 languages, and by transfer the 100 of XLM-R")
ENGLISH = phrase("English")


def _dinov2(name: str, size: str, dimension: int, megabytes: int) -> list[Known]:
    plain, registers = f"facebook/dinov2-{name}", f"facebook/dinov2-with-registers-{name}"
    title = f"DINOv2 {size}"
    return [
        Known(f"dinov2-{name}", title, resolve, plain, dimension, megabytes, APACHE, 16, 384),
        Known(
            f"dinov2-registers-{name}",
            f"{title} with registers",
            resolve,
            registers,
            dimension,
            megabytes,
            APACHE,
            16,
            384,
        ),
    ]


def _dinov3(name: str, size: str, dimension: int, megabytes: int, grid: int = 14) -> Known:
    location = f"facebook/dinov3-{name}-pretrain-lvd1689m"
    return Known(f"dinov3-{name}", f"DINOv3 {size}", resolve, location, dimension, megabytes, META, grid, 224)


def _clip(name: str, location: str, size: str, dimension: int, megabytes: int, grid: int) -> Known:
    title = f"CLIP {size}, OpenAI"
    return Known(f"clip-{name}", title, resolve, f"openai/{location}", dimension, megabytes, MIT, grid, 336, ENGLISH)


def _siglip(name: str, location: str, size: str, dimension: int, megabytes: int, grid: int, input_size: int) -> Known:
    title, languages = (f"SigLIP 2 {size}", MANY) if name.startswith("siglip2") else (f"SigLIP {size}", ENGLISH)
    place = f"google/{location}"
    return Known(name, title, resolve, place, dimension, megabytes, APACHE, grid, input_size, languages)


def _mclip(name: str, location: str, image: str, size: str, dimension: int, megabytes: int, grid: int) -> Known:
    pair = f"M-CLIP/{location}+openai/{image}"
    return Known(name, f"M-CLIP: XLM-R beside CLIP {size}", resolve, pair, dimension, megabytes, MIT, grid, 336, XLM_R)


MODELS: Sequence[Known] = (
    *_dinov2("small", "ViT-S/14", 384, 88),
    *_dinov2("base", "ViT-B/14", 768, 346),
    *_dinov2("large", "ViT-L/14", 1024, 1217),
    *_dinov2("giant", "ViT-g/14", 1536, 4546),
    _dinov3("vits16", "ViT-S/16", 384, 86),
    _dinov3("vitb16", "ViT-B/16", 768, 343),
    _dinov3("vitl16", "ViT-L/16", 1024, 1213),
    _dinov3("convnext-tiny", "ConvNeXt-T", 768, 111, grid=7),
    _clip("vit-b-32", "clip-vit-base-patch32", "ViT-B/32", 512, 605, 7),
    _clip("vit-b-16", "clip-vit-base-patch16", "ViT-B/16", 512, 599, 14),
    _clip("vit-l-14", "clip-vit-large-patch14", "ViT-L/14", 768, 1711, 16),
    _siglip("siglip-base", "siglip-base-patch16-224", "B/16", 768, 813, 14, 224),
    _siglip("siglip-so400m", "siglip-so400m-patch14-384", "So400m/14", 1152, 3512, 27, 384),
    _siglip("siglip2-base", "siglip2-base-patch16-224", "B/16", 768, 1501, 14, 224),
    _siglip("siglip2-large", "siglip2-large-patch16-256", "L/16", 1024, 3526, 16, 256),
    _siglip("siglip2-so400m", "siglip2-so400m-patch14-384", "So400m/14", 1152, 4545, 27, 384),
    _siglip("siglip2-base-naflex", "siglip2-base-patch16-naflex", "B/16 NaFlex", 768, 1501, 16, 314),
    _mclip(
        "m-clip-xlm-roberta-large-vit-b-32",
        "XLM-Roberta-Large-Vit-B-32",
        "clip-vit-base-patch32",
        "ViT-B/32",
        512,
        2847,
        7,
    ),
    _mclip(
        "m-clip-xlm-roberta-large-vit-l-14",
        "XLM-Roberta-Large-Vit-L-14",
        "clip-vit-large-patch14",
        "ViT-L/14",
        768,
        3954,
        16,
    ),
)
