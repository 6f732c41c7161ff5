"""`transformers:FOLDER`, `transformers:HUB/ID` and `transformers:TEXT+IMAGE` → a backbone's spec, without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import Backbone, BackboneSpec
from snoop_torch.backbone import Tower, opened
from snoop_torch.descriptions import TOKENIZER_FILES, licence_of
from snoop_torch.files import Wanted, locate
from snoop_torch.weights import digest_of, megabytes_of, weight_files
from snoop_transformers import facts as seeing
from snoop_transformers.facts import Facts, facts_of
from snoop_transformers.towers import mclip
from snoop_transformers.towers.mclip import TextFacts, text_facts

FAMILY = "transformers"
ALGORITHM = "transformers/1"
PATTERNS = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "model.safetensors",
    "model-*.safetensors",
    "model.safetensors.index.json",
    *TOKENIZER_FILES,
)
# the images that a text tower was taught for, by the dimension of its vectors
PARTNERS = {512: "openai/clip-vit-base-patch32", 768: "openai/clip-vit-large-patch14"}


def resolve(location: str) -> BackboneSpec:
    """The spec for a model; fetches its files where they are on a hub only.

    Raises:
        UsageError: there is no such folder, it lacks something, or the model is of another kind.
        PluginError: the model is not on this machine and cannot be had.
    """
    if location.count("+") == 1 and not Path(location).expanduser().exists():
        text, image = location.split("+")
        return _multilingual(locate(text, Wanted(PATTERNS, mclip.lacks)), text, image)
    folder = locate(location, Wanted(PATTERNS, _lacks))
    if mclip.is_text_tower(folder):
        return _multilingual(folder, location)
    found = facts_of(folder)
    return BackboneSpec(
        name=f"{FAMILY}:{_named(location, folder)}",
        title=f"{found.kind.model.removesuffix('Model')} ({folder.name})",
        dimension=found.dimension,
        input_size=found.way.input_size,
        licence=licence_of(folder),
        fingerprint=partial(fingerprint, found),
        open=partial(_open, found),
        reads_text=found.reads_text,
        patch_grid=found.grid,
        megabytes=megabytes_of(weight_files(folder)),
        languages="see its model card" if found.reads_text else "",
    )


def fingerprint(found: Facts) -> str:
    """Digest of the weights and of everything done to an image before them; device and precision are no part."""
    steps = {"weights": digest_of(weight_files(found.folder)), "model": found.kind.model, "way": asdict(found.way)}
    return f"{ALGORITHM}:{hashlib.sha256(json.dumps(steps, sort_keys=True).encode()).hexdigest()[:32]}"


def _multilingual(folder: Path, text: str, image: str | None = None) -> BackboneSpec:
    """A text tower beside a CLIP. The fingerprint is the CLIP's: its vectors of images serve both."""
    reads = text_facts(folder)
    sees = Wanted(PATTERNS, partial(seeing.lacks, tokenizer=False))
    seen = facts_of(locate(image or _partner(reads), sees))
    if seen.kind.tower != "clip" or seen.dimension != reads.dimension:
        raise UsageError(
            f"{folder}: was taught for a CLIP of {reads.dimension} numbers, {seen.folder} is a {seen.kind.model} of "
            f"{seen.dimension}; name the right one as TEXT+IMAGE"
        )
    weights = (*weight_files(folder), *weight_files(seen.folder))
    pair = f"+{_named(image, seen.folder)}" if image else ""
    return BackboneSpec(
        name=f"{FAMILY}:{_named(text, folder)}{pair}",
        title=f"M-CLIP ({folder.name}) with {seen.folder.name}",
        dimension=seen.dimension,
        input_size=seen.way.input_size,
        licence=licence_of(folder),
        fingerprint=partial(fingerprint, seen),
        open=partial(_open_multilingual, seen, reads),
        reads_text=True,
        patch_grid=seen.grid,
        megabytes=megabytes_of(weights),
        languages="48 languages, and by transfer those of its encoder",
    )


def _partner(reads: TextFacts) -> str:
    if reads.dimension not in PARTNERS:
        raise UsageError(f"{reads.folder}: say which model sees the images: {FAMILY}:{reads.folder}+IMAGE")
    return PARTNERS[reads.dimension]


def _lacks(folder: Path) -> str:
    return mclip.lacks(folder) if mclip.is_text_tower(folder) else seeing.lacks(folder)


def _named(location: str, folder: Path) -> str:
    """A folder by its absolute path, so that the name holds wherever it is used; a hub's id as it is."""
    return str(folder) if Path(location).expanduser().is_dir() else location


def _open(found: Facts, device: str) -> Backbone:
    return opened(str(found.folder), partial(_tower, found), found.dimension, fingerprint(found), device)


def _open_multilingual(seen: Facts, reads: TextFacts, device: str) -> Backbone:
    def load() -> Tower:
        from snoop_transformers.towers.contrastive import ClipTower

        return mclip.MultilingualTower(ClipTower(seen, reads_text=False), reads)

    return opened(str(reads.folder), load, seen.dimension, fingerprint(seen), device)


def _tower(found: Facts) -> Tower:
    from snoop_transformers.towers.contrastive import ClipTower, NativeTower, SiglipTower
    from snoop_transformers.towers.dino import DinoTower

    towers: dict[str, Callable[[Facts], Tower]] = {
        "dino": DinoTower,
        "clip": ClipTower,
        "siglip": SiglipTower,
        "native": NativeTower,
    }
    return towers[found.kind.tower](found)
