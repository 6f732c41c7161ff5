"""Importing torch, once and in the right order."""

from __future__ import annotations

import importlib
import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from snoop_flow.errors import PluginError

# what torchvision registers at its import, and only its own library, if that can be loaded, declares
_OPERATORS = ("nms", "qnms")


@cache
def load_torch() -> Any:
    """The module torch, with which torchvision can be imported too.

    Raises:
        PluginError: torch is not installed, or cannot be loaded.
    """
    # threads of OpenMP that wait for work spin by default, and take the processor from those that decode images;
    # it is read once, when the library is loaded
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    torch = load_library("torch", "torch")
    _mend_torchvision(torch)
    return torch


def load_library(name: str, distribution: str) -> Any:
    """A module that may be missing; raises `PluginError` saying what to install."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name == name:
            raise PluginError(
                f"{name} is not installed, and this backbone needs it; install it with: pip install {distribution}"
            ) from error
        raise PluginError(f"{name} cannot be imported ({_line(error)}); install it anew") from error
    except (OSError, RuntimeError) as error:  # a library of another build than it was made for
        raise PluginError(f"{name} cannot be imported ({_line(error)}); install it anew") from error


def _mend_torchvision(torch: Any) -> None:
    """Let a torchvision that was linked against CUDA be imported beside a torch without CUDA.

    The wheel that package registries hold is such a one. Its library does not load then, so that its Python part, which
    open_clip, timm and transformers import for transforms of images alone, fails on the missing operators. They are
    declared here without an implementation: nobody calls them.
    """
    spec = find_spec("torchvision")
    if spec is None or torch.version.cuda or torch.version.hip:
        return
    for library in (Path(folder) / "_C.so" for folder in spec.submodule_search_locations or ()):
        try:
            torch.ops.load_library(str(library))
        except OSError:  # missing, or linked against CUDA
            continue
    if hasattr(torch.ops.torchvision, _OPERATORS[0]):
        return
    _KEPT.append(torch.library.Library("torchvision", "FRAGMENT"))
    for name in _OPERATORS:
        _KEPT[0].define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


_KEPT: list[Any] = []  # an operator lives as long as the library that declared it


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
