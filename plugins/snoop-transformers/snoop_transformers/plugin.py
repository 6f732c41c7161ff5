"""The entry point: the family `transformers:`, and well-known models by short names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snoop_flow import hookimpl
from snoop_flow.plugin_types import BackboneFamily, BackboneSpec
from snoop_transformers.catalogue import MODELS
from snoop_transformers.family import FAMILY, resolve

TRANSFORMERS = BackboneFamily(FAMILY, "DINOv2, DINOv3, CLIP, SigLIP, SigLIP 2 or M-CLIP, by folder or hub id", resolve)


@hookimpl
def register_backbones() -> Sequence[BackboneSpec | BackboneFamily]:
    """Give the family and the models; nothing is loaded or fetched."""
    return [TRANSFORMERS, *(known.spec() for known in MODELS)]


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this plugin says, in French."""
    return [Path(__file__).parent / "translations"]
