"""The energy that a graphics card counts itself, read by NVIDIA's management library (NVML)."""

from __future__ import annotations

import os
from functools import cache
from typing import Any


def joules_of(device: str) -> float | None:
    """Joules since the driver was loaded, of a device such as `cuda` or `cuda:1`; None where nothing can tell them."""
    place = device.partition(":")[2] or "0"
    handle = _handle(place, os.environ.get("CUDA_VISIBLE_DEVICES", ""))
    if handle is None:
        return None
    import pynvml

    try:
        return float(pynvml.nvmlDeviceGetTotalEnergyConsumption(handle)) / 1000
    except pynvml.NVMLError:  # cards before Volta do not count
        return None


@cache
def _handle(place: str, visible: str) -> Any:
    """The card that CUDA shows at a place, which need not be NVML's place of it."""
    import pynvml  # late: where there is no card nothing needs it

    listed = [one.strip() for one in visible.split(",") if one.strip()]
    try:
        wanted = listed[int(place)] if listed else place
        pynvml.nvmlInit()
        if wanted.isdigit():
            return pynvml.nvmlDeviceGetHandleByIndex(int(wanted))
        return pynvml.nvmlDeviceGetHandleByUUID(wanted)
    except (pynvml.NVMLError, ValueError, IndexError):  # no driver, no such card
        return None
