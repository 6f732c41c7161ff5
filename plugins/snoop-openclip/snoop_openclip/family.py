"""`openclip:FOLDER`, `openclip:HUB/ID`, `openclip:MODEL/TAG`, `openclip:MODEL=FILE` → a backbone's spec."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import Backbone, BackboneSpec
from snoop_openclip.facts import CONFIG, Facts, architectures, checkpoint_facts, folder_facts, lacks
from snoop_torch.backbone import Tower, opened
from snoop_torch.descriptions import TOKENIZER_FILES, has_tokenizer, licence_of
from snoop_torch.files import Wanted, locate
from snoop_torch.weights import PICKLES, digest_of, megabytes_of

FAMILY = "openclip"
ALGORITHM = "openclip/1"
PATTERNS = (CONFIG, "open_clip_model.safetensors", *TOKENIZER_FILES)
WANTED = Wanted(PATTERNS, lacks)


def resolve(location: str) -> BackboneSpec:
    """The spec for a model; fetches its files where they are on a hub only.

    Raises:
        UsageError: there is no such folder, file, model or tag, or something lacks.
        PluginError: the model is not on this machine and cannot be had, or OpenCLIP is not installed.
    """
    path = Path(location).expanduser()
    architecture, equals, file = location.partition("=")
    if equals and not path.exists():
        return _checkpoint(architecture, Path(file).expanduser().resolve())
    name, slash, tag = location.partition("/")
    if slash and not path.exists() and "/" not in tag and name in architectures():
        return resolve(_hub_id(name, tag))
    folder = locate(location, WANTED)
    named = str(folder) if path.is_dir() else location
    return _spec(named, f"OpenCLIP ({folder.name})", licence_of(folder), folder_facts(folder))


def fingerprint(found: Facts) -> str:
    """Digest of the weights and of everything done to an image before them; device and precision are no part."""
    steps = {
        "weights": digest_of([found.weights]),
        "model": found.config["vision_cfg"],
        "quick_gelu": found.config.get("quick_gelu", False),
        "way": asdict(found.way),
    }
    return f"{ALGORITHM}:{hashlib.sha256(json.dumps(steps, sort_keys=True).encode()).hexdigest()[:32]}"


def _checkpoint(architecture: str, file: Path) -> BackboneSpec:
    if not file.is_file():
        raise UsageError(f"{file}: there is no such file; give a checkpoint as in {FAMILY}:ViT-B-32=FILE.safetensors")
    if file.suffix != ".safetensors":
        can = any(file.match(pattern) for pattern in PICKLES)
        how = f"convert it once with: snoop-flow models convert {file}" if can else "give a .safetensors file"
        raise UsageError(f"{file}: is not loaded, since it can hold programs; {how}")
    found = checkpoint_facts(architecture, file)
    if found.tokenizer is not None and not has_tokenizer(found.tokenizer):
        raise UsageError(f"{file.parent}: lacks the tokenizer of {architecture}, tokenizer.json, beside {file.name}")
    return _spec(f"{architecture}={file}", f"OpenCLIP {architecture} ({file.stem})", "unknown", found)


def _hub_id(architecture: str, tag: str) -> str:
    """Where a pretrained tag of the library is kept; only the library knows, and it imports torch."""
    from snoop_openclip.tower import load_open_clip

    pretrained = load_open_clip().pretrained
    found = pretrained.get_pretrained_cfg(architecture, tag)
    if not found:
        tags = ", ".join(pretrained.list_pretrained_tags_by_model(architecture)) or "none"
        raise UsageError(f"OpenCLIP has no checkpoint {tag!r} of {architecture}; it has {tags}")
    hub = str(found.get("hf_hub") or "").strip("/")
    if hub.count("/") != 1:
        raise UsageError(
            f"OpenCLIP's checkpoint {tag} of {architecture} is on no hub; fetch it by hand, convert it with snoop-flow "
            f"models convert, and name it as {FAMILY}:{architecture}=FILE.safetensors"
        )
    return hub


def _spec(named: str, title: str, licence: str, found: Facts) -> BackboneSpec:
    return BackboneSpec(
        name=f"{FAMILY}:{named}",
        title=title,
        dimension=found.dimension,
        input_size=found.way.input_size,
        licence=licence,
        fingerprint=partial(fingerprint, found),
        open=partial(_open, found),
        reads_text=True,
        patch_grid=found.grid,
        megabytes=megabytes_of([found.weights]),
        languages="see its model card",
    )


def _open(found: Facts, device: str) -> Backbone:
    def load() -> Tower:
        from snoop_openclip.tower import OpenClipTower

        return OpenClipTower(found)

    return opened(str(found.weights), load, found.dimension, fingerprint(found), device)
