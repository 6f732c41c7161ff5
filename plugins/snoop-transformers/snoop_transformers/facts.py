"""What a model's files say of it, read without torch: kind, dimension, texts, grid, preprocessing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snoop_flow.errors import UsageError
from snoop_torch.descriptions import TOKENIZERS, has_tokenizer, read_json
from snoop_torch.weights import lacking_weights
from snoop_transformers.processing import PROCESSORS, NativeShape, Way, read_processing

GEMMA_WORDS = 256_000  # SigLIP 2's tokenizer, which was trained on lower-case texts


@dataclass(frozen=True, slots=True)
class Kind:
    """A family of models, by the `model_type` of their configuration.

    Attributes:
        model: name of the class in transformers.
        dimension: key of the configuration, dotted, that holds D, and its default.
        stride: key that holds the pixels of a cell's side, and its default.
        tower: `dino`, `clip`, `siglip` or `native` (SigLIP 2 in an image's own proportions).
    """

    model: str
    dimension: tuple[str, int]
    stride: tuple[str, int]
    tower: str


# the defaults are those of the configurations in transformers, which files may leave out; a test compares them
KINDS = {
    "dinov2": Kind("Dinov2Model", ("hidden_size", 768), ("patch_size", 14), "dino"),
    "dinov2_with_registers": Kind("Dinov2WithRegistersModel", ("hidden_size", 768), ("patch_size", 16), "dino"),
    "dinov3_vit": Kind("DINOv3ViTModel", ("hidden_size", 384), ("patch_size", 16), "dino"),
    "dinov3_convnext": Kind("DINOv3ConvNextModel", ("hidden_sizes.-1", 768), ("", 32), "dino"),
    "clip": Kind("CLIPModel", ("projection_dim", 512), ("vision_config.patch_size", 32), "clip"),
    "metaclip_2": Kind("MetaClip2Model", ("projection_dim", 512), ("vision_config.patch_size", 32), "clip"),
    "siglip": Kind("SiglipModel", ("vision_config.hidden_size", 768), ("vision_config.patch_size", 16), "siglip"),
    "siglip2": Kind("Siglip2Model", ("vision_config.hidden_size", 768), ("vision_config.patch_size", 16), "native"),
}
TEXT_ONLY = "M-CLIP"


@dataclass(frozen=True, slots=True)
class Facts:
    """A model in a folder.

    Attributes:
        folder: where it lies.
        kind: see `Kind`.
        dimension: D.
        way: of a picture into the model.
        grid: rows and columns of its patches.
        lowercase: its texts are to be in lower case.
    """

    folder: Path
    kind: Kind
    dimension: int
    way: Way
    grid: tuple[int, int]
    lowercase: bool

    @property
    def reads_text(self) -> bool:
        """Whether it has a text tower."""
        return self.kind.tower != "dino"


def facts_of(folder: Path) -> Facts:
    """Read the facts of a complete folder.

    Raises:
        UsageError: a file is damaged, or the model is of a kind that this plugin does not know.
    """
    config = read_json(folder / "config.json")
    kind = KINDS[_known(folder, config)]
    way = read_processing(folder)
    if isinstance(way, NativeShape) != (kind.tower == "native"):
        raise UsageError(f"{folder}: its preprocessing is not that of a {kind.model}; fetch both files from one place")
    return Facts(
        folder=folder,
        kind=kind,
        dimension=_number(config, *kind.dimension, folder),
        way=way,
        grid=_grid(way, _number(config, *kind.stride, folder), folder),
        lowercase=kind.tower in ("siglip", "native") and _words(config) == GEMMA_WORDS,
    )


def lacks(folder: Path, tokenizer: bool = True) -> str:
    """What a folder lacks to be a model of one of the kinds, for a message; empty where it is complete.

    Args:
        tokenizer: whether it is to read texts, if it can.
    """
    path, lacking, reads = folder / "config.json", [], True
    if path.is_file():
        reads = KINDS[_known(folder, read_json(path))].tower != "dino"
    else:
        lacking.append(path.name)
    if not any((folder / name).is_file() for name in PROCESSORS):
        lacking.append(PROCESSORS[0])
    if weights := lacking_weights(folder):
        lacking.append(weights)
    if tokenizer and reads and not has_tokenizer(folder):
        lacking.append(TOKENIZERS[0] if path.is_file() else f"{TOKENIZERS[0]} (if it reads texts)")
    return " and ".join(lacking)


def _known(folder: Path, config: Mapping[str, Any]) -> str:
    found = str(config.get("model_type", ""))
    if found not in KINDS:
        more = "; name its image tower, too: TEXT+IMAGE" if found == TEXT_ONLY else ""
        raise UsageError(f"{folder}: is a model of the kind {found!r}; known are {', '.join(KINDS)}{more}")
    return found


def _number(config: Mapping[str, Any], key: str, default: int, folder: Path) -> int:
    found: Any = config
    for step in key.split(".") if key else ():
        try:
            found = found[int(step)] if isinstance(found, list) else found.get(step, {})
        except (ValueError, IndexError, AttributeError) as error:
            raise UsageError(f"{folder / 'config.json'}: {key} is not a whole number; fetch it again") from error
    if found is config or found == {} or found is None:
        return default
    if not isinstance(found, int) or found < 1:
        raise UsageError(f"{folder / 'config.json'}: {key} = {found!r} is not a whole number; fetch it again")
    return found


def _words(config: Mapping[str, Any]) -> int:
    return int((config.get("text_config") or {}).get("vocab_size") or 0)


def _grid(way: Way, stride: int, folder: Path) -> tuple[int, int]:
    if isinstance(way, NativeShape):
        side = int(way.most_patches**0.5)
        return side, side
    rows, columns = way.size[0] // stride, way.size[1] // stride
    if not rows or not columns:
        raise UsageError(f"{folder}: images of {way.size[1]} × {way.size[0]} pixels are below its patches of {stride}")
    return rows, columns
