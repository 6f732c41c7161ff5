"""The library is mended before a test imports it; fixtures are those that all plugins' tests share."""

from __future__ import annotations

from contextlib import suppress

from snoop_flow.errors import PluginError
from snoop_openclip.tower import load_open_clip

with suppress(PluginError):
    load_open_clip()  # torchvision, above all
