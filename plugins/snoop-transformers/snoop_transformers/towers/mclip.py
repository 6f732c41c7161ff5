"""M-CLIP: a multilingual text tower that was taught to hit the vectors of a CLIP (Carlsson et al., LREC 2022).

Its own package reads no safetensors and downloads as it loads. The model is small to describe: a text encoder, the mean
of its tokens that are no padding, and a linear layer into the space of the CLIP's images.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from PIL.Image import Image

from snoop_flow.errors import UsageError
from snoop_torch.descriptions import has_tokenizer, read_json
from snoop_torch.encoders import encoder_config
from snoop_torch.files import Wanted, locate
from snoop_torch.libraries import load_torch
from snoop_torch.placing import Placement
from snoop_torch.weights import lacking_weights
from snoop_transformers.facts import TEXT_ONLY
from snoop_transformers.towers.contrastive import ClipTower
from snoop_transformers.towers.loading import load_model, load_tokenizer, load_transformers

_BASE_FILES = Wanted(("config.json",), lambda folder: "" if (folder / "config.json").is_file() else "config.json")


@dataclass(frozen=True, slots=True)
class TextFacts:
    """A text tower in a folder: its width, the dimension that it is brought to, and the name of its encoder."""

    folder: Path
    width: int
    dimension: int
    base: str


def text_facts(folder: Path) -> TextFacts:
    """Read the facts of a complete folder; raises `UsageError`."""
    config = read_json(folder / "config.json")
    width, dimension = config.get("transformerDimensions"), config.get("numDims")
    if not isinstance(width, int) or not isinstance(dimension, int):
        raise UsageError(f"{folder / 'config.json'}: transformerDimensions and numDims are missing; fetch it again")
    return TextFacts(folder, width, dimension, str(config.get("modelBase", "xlm-roberta-large")))


def lacks(folder: Path) -> str:
    """What a folder lacks to be a text tower, for a message; empty where it is complete."""
    lacking = [] if (folder / "config.json").is_file() else ["config.json"]
    if weights := lacking_weights(folder):
        lacking.append(weights)
    if not has_tokenizer(folder):
        lacking.append("tokenizer.json")
    return " and ".join(lacking)


def is_text_tower(folder: Path) -> bool:
    """Whether a folder holds an M-CLIP rather than a model that sees."""
    path = folder / "config.json"
    return path.is_file() and read_json(path).get("model_type") == TEXT_ONLY


class MultilingualTower:
    """Implements `snoop_torch.Tower`: it sees with a CLIP, and reads with the text tower."""

    def __init__(self, sees: ClipTower, facts: TextFacts) -> None:
        """Load the text tower; raises `PluginError`."""
        self._sees = sees
        self._reads = _load(facts)
        self._tokenizer = load_tokenizer(facts.folder)
        self._longest = _longest(self._reads.transformer.config)
        del sees.module.text_model  # nobody asks it
        self.module = [sees.module, self._reads]
        self.dimension = facts.dimension
        self.reads_text = True
        self.patch_grid = sees.patch_grid

    def prepare(self, picture: Image) -> NDArray[Any]:
        """As the CLIP's own processor does."""
        return self._sees.prepare(picture)

    def whole(self, picture: Image) -> NDArray[Any]:
        """Squeezed to the CLIP's size."""
        return self._sees.whole(picture)

    def images(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, D)."""
        return self._sees.images(pixels, placement)

    def patches(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, rows, columns, D)."""
        return self._sees.patches(pixels, placement)

    def texts(self, texts: Sequence[str], placement: Placement) -> Any:
        """(n, D)."""
        made = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._longest, return_tensors="pt"
        ).to(placement.device)
        return self._reads(made["input_ids"], made["attention_mask"])


def _longest(config: Any) -> int:
    """Tokens that the encoder takes: RoBERTa counts positions from behind its padding token's number."""
    offset = config.pad_token_id + 1 if "roberta" in config.model_type else 0
    return int(config.max_position_embeddings) - offset


def _load(facts: TextFacts) -> Any:
    torch, transformers = load_torch(), load_transformers()
    base = _base(facts)

    class Config(transformers.PreTrainedConfig):  # type: ignore[misc, name-defined]
        model_type = TEXT_ONLY

    class Reader(transformers.PreTrainedModel):  # type: ignore[misc, name-defined]
        """Parameters are named as in the published files."""

        config_class = Config

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.transformer = transformers.AutoModel.from_config(base, add_pooling_layer=False)
            self.LinearTransformation = torch.nn.Linear(facts.width, facts.dimension)
            self.post_init()

        def forward(self, tokens: Any, mask: Any) -> Any:
            hidden = self.transformer(tokens, attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(2).to(hidden.dtype)
            return self.LinearTransformation((hidden * weights).sum(dim=1) / weights.sum(dim=1))

    return load_model(Reader, facts.folder, config=Config())


def _base(facts: TextFacts) -> Any:
    transformers = load_transformers()
    if (known := encoder_config(facts.base)) is not None:
        return transformers.XLMRobertaConfig(**known)
    inside = facts.folder / facts.base
    folder = inside if (inside / "config.json").is_file() else locate(facts.base, _BASE_FILES)
    return transformers.AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
