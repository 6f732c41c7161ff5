"""The entry point: one family of backbones, `--backbone onnx:PATH`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snoop_flow import hookimpl
from snoop_flow.plugin_types import BackboneFamily, BackboneSpec
from snoop_onnx.family import resolve

ONNX = BackboneFamily("onnx", "Image encoders in ONNX files, described by a TOML file beside them", resolve)


@hookimpl
def register_backbones() -> Sequence[BackboneSpec | BackboneFamily]:
    """Give the family."""
    return [ONNX]


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this plugin says, in French."""
    return [Path(__file__).parent / "translations"]
