"""Where a model runs and in which numbers: `cpu`, `cuda:1`, `mps`, each perhaps with `@fp32`, `@bf16` or `@fp16`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from snoop_flow.errors import PluginError
from snoop_flow.plugin_types import Finding
from snoop_torch.libraries import load_torch

PRECISIONS = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
_DEVICE = re.compile(r"(cpu|mps|cuda(?::\d+)?)(?:@(\w+))?")


@dataclass(frozen=True, slots=True)
class Placement:
    """A device and a precision.

    Attributes:
        device: as torch names it.
        precision: `fp32`, `bf16` or `fp16`.
    """

    device: str
    precision: str

    @property
    def dtype(self) -> Any:
        """The precision as torch's type."""
        return getattr(load_torch(), PRECISIONS[self.precision])


def place(wanted: str) -> Placement:
    """Read a device's name, and choose the precision where it names none.

    Without a word about it, a graphics card and a processor with instructions for bf16 compute in bf16, which is 1.5 to
    3 times as fast and leaves vectors alike to a cosine of 0.999 or better; everything else in fp32.

    Raises:
        PluginError: no such device or precision, or not here.
    """
    match = _DEVICE.fullmatch(wanted)
    if match is None:
        raise PluginError(
            f"unknown device {wanted!r}; use cpu, mps, cuda or cuda:NUMBER, perhaps with a precision as in cuda@bf16"
        )
    device, precision = match[1], match[2]
    if precision is not None and precision not in PRECISIONS:
        raise PluginError(f"unknown precision {precision!r}; use one of {', '.join(PRECISIONS)}, as in cuda@bf16")
    torch = load_torch()
    _check_there(torch, device)
    return Placement(device, precision or _usual(torch, device))


def finding() -> Finding:
    """Which torch there is and on what it computes, for `snoop-flow doctor`."""
    try:
        torch = load_torch()
    except PluginError as error:
        return Finding("torch", False, f"optional, for snoop-transformers and snoop-openclip: {error}")
    places = ["cpu", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
    places += ["mps"] if torch.backends.mps.is_available() else []
    told = ", ".join(f"{one.device} ({one.precision})" for one in map(place, places))
    return Finding("torch", True, f"{torch.__version__}; runs on {told}, {torch.get_num_threads()} threads")


def _check_there(torch: Any, device: str) -> None:
    kind, _, number = device.partition(":")
    if kind == "cuda":
        if not torch.cuda.is_available():
            raise PluginError(
                f"device {device}: this torch sees no CUDA card; use the device cpu, or install a torch built for CUDA"
            )
        if number and int(number) >= torch.cuda.device_count():
            raise PluginError(f"device {device}: there are {torch.cuda.device_count()} cards, counted from 0")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise PluginError("device mps: this machine has no Apple graphics that torch can use; use the device cpu")


def _usual(torch: Any, device: str) -> str:
    if device.startswith("cuda"):
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    if device == "cpu":
        has = torch.cpu.get_capabilities()
        return "bf16" if has.get("amx_bf16") or has.get("avx512_bf16") else "fp32"
    return "fp32"
