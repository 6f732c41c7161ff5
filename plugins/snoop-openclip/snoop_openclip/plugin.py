"""The entry point: the family `openclip:`, and well-known checkpoints by short names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snoop_flow import hookimpl
from snoop_flow.plugin_types import BackboneFamily, BackboneSpec
from snoop_openclip.catalogue import MODELS
from snoop_openclip.family import FAMILY, resolve

OPENCLIP = BackboneFamily(FAMILY, "OpenCLIP models by folder, hub id, MODEL/TAG or MODEL=CHECKPOINT", resolve)


@hookimpl
def register_backbones() -> Sequence[BackboneSpec | BackboneFamily]:
    """Give the family and the checkpoints; nothing is loaded or fetched."""
    return [OPENCLIP, *(known.spec() for known in MODELS)]


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this plugin says, in French."""
    return [Path(__file__).parent / "translations"]
