"""Weights in a format that can hold programs → safetensors, without running any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from snoop_flow.errors import UsageError
from snoop_torch.libraries import load_torch

NAMES = {
    "pytorch_model.bin": "model.safetensors",
    "open_clip_pytorch_model.bin": "open_clip_model.safetensors",
}


def convert(path: Path) -> Path:
    """Write the tensors of a checkpoint of torch beside it as safetensors.

    It is read by torch's restricted unpickler, which builds tensors and plain containers and refuses everything else.

    Raises:
        UsageError: it is no such file, or holds more than tensors.
    """
    from safetensors.torch import save_file

    target = path.with_name(NAMES.get(path.name, f"{path.stem}.safetensors"))
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; give a checkpoint of torch, such as pytorch_model.bin")
    if target.exists():
        raise UsageError(f"{target}: is there already; remove it first")
    draft = target.with_name(f".{target.name}.part")
    try:
        save_file(_tensors(path), draft, metadata={"format": "pt"})
        draft.replace(target)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror})") from error
    finally:
        draft.unlink(missing_ok=True)
    return target


def _tensors(path: Path) -> dict[str, Any]:
    torch = load_torch()
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the unpickler raises classes of its own, a different one for each kind of damage
        reason = " ".join(str(error).split(".")[0].split())[:200]
        raise UsageError(f"{path}: is no checkpoint that holds tensors only ({reason}); nothing was run") from error
    loaded = loaded.get("state_dict", loaded) if isinstance(loaded, dict) else loaded
    if not isinstance(loaded, dict) or not all(isinstance(one, torch.Tensor) for one in loaded.values()):
        raise UsageError(f"{path}: is no checkpoint that holds tensors only; nothing was run")
    # tensors that share memory, such as tied weights, are written apart
    return {name.removeprefix("module."): one.clone().contiguous() for name, one in loaded.items()}
