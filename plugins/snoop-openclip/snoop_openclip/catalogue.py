"""Checkpoints that have short names.

Sizes and licences are as they were published, noted from memory: the card of a model says what holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from snoop_flow.errors import phrase
from snoop_openclip.family import resolve
from snoop_torch.known import Known

MIT = "MIT"
XLM_R = phrase("100 languages, unevenly")
ENGLISH = phrase("English")


def _laion(name: str, location: str, size: str, dimension: int, megabytes: int, grid: int, languages: str) -> Known:
    title = f"OpenCLIP {size}"
    return Known(
        f"openclip-{name}",
        title,
        resolve,
        f"laion/CLIP-{location}",
        dimension,
        megabytes,
        MIT,
        grid,
        336,
        languages,
    )


MODELS: Sequence[Known] = (
    _laion("vit-b-32", "ViT-B-32-laion2B-s34B-b79K", "ViT-B/32, LAION-2B", 512, 605, 7, ENGLISH),
    _laion("vit-l-14", "ViT-L-14-laion2B-s32B-b82K", "ViT-L/14, LAION-2B", 768, 1711, 16, ENGLISH),
    _laion("vit-h-14", "ViT-H-14-laion2B-s32B-b79K", "ViT-H/14, LAION-2B", 1024, 3944, 16, ENGLISH),
    _laion(
        "xlm-roberta-base-vit-b-32",
        "ViT-B-32-xlm-roberta-base-laion5B-s13B-b90k",
        "ViT-B/32 with XLM-R base, LAION-5B",
        512,
        1465,
        7,
        XLM_R,
    ),
    _laion(
        "xlm-roberta-large-vit-h-14",
        "ViT-H-14-frozen-xlm-roberta-large-laion5B-s13B-b90k",
        "ViT-H/14 with XLM-R large, LAION-5B",
        1024,
        4774,
        16,
        XLM_R,
    ),
)
