"""Makes tiny real checkpoints of several architectures, saved as the library saves them for a hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

SENTENCES = ["a map of Paris", "une carte de Paris", "portrait d'une femme", "le vieux port à l'aube", "گلدان"] * 20
VIT = {"image_size": 48, "layers": 3, "width": 32, "head_width": 8, "patch_size": 12}
TEXT = {"context_length": 24, "vocab_size": 49408, "width": 32, "heads": 4, "layers": 2}
CONFIGS: dict[str, dict[str, Any]] = {
    "vit": {"embed_dim": 24, "quick_gelu": True, "vision_cfg": VIT, "text_cfg": TEXT},
    "resnet": {
        "embed_dim": 24,
        "vision_cfg": {"image_size": 64, "layers": [1, 1, 1, 1], "width": 8, "head_width": 8},
        "text_cfg": TEXT,
    },
    "timm": {
        "embed_dim": 24,
        "custom_text": True,
        "vision_cfg": {"image_size": 160, "timm_model_name": "test_vit", "timm_pool": "", "timm_proj": "linear"},
        "text_cfg": TEXT,
    },
    "xlm-roberta": {
        "embed_dim": 24,
        "vision_cfg": VIT,
        "text_cfg": {
            "hf_model_name": "base",
            "hf_tokenizer_name": "somebody/tokenizer",
            "hf_pooler_type": "mean_pooler",
            "hf_proj_type": "mlp",
            "context_length": 20,
        },
    },
    "oblong": {"embed_dim": 24, "vision_cfg": {**VIT, "image_size": [48, 72]}, "text_cfg": TEXT},
}
HALF = [0.5, 0.5, 0.5]
PREPROCESSING: dict[str, dict[str, Any]] = {
    "vit": {"mean": list(open_clip.OPENAI_DATASET_MEAN), "std": list(open_clip.OPENAI_DATASET_STD)},
    "resnet": {"interpolation": "bilinear"},
    "timm": {"mean": HALF, "std": HALF, "resize_mode": "squash"},
    "xlm-roberta": {"resize_mode": "longest", "fill_color": 120},
    "oblong": {},
}


def make(kind: str, folder: Path) -> None:
    """Fill a new folder."""
    folder.mkdir()
    torch.manual_seed(7)
    config = json.loads(json.dumps(CONFIGS[kind]))
    if kind == "xlm-roberta":
        _text_tower(folder)
    document = {"model_cfg": config, "preprocess_cfg": PREPROCESSING[kind]}
    (folder / "open_clip_config.json").write_text(json.dumps(document), "utf-8")
    changed = {}
    if kind == "xlm-roberta":
        changed = {
            "text_cfg": {**config["text_cfg"], "hf_model_name": str(folder / "base"), "hf_model_pretrained": False}
        }
    model = open_clip.create_model(f"local-dir:{folder}", load_weights=False, pretrained_text=False, **changed)
    for name, one in model.visual.named_parameters():
        if name.endswith("bn3.weight"):  # untrained, they are zero, and no image differs from another
            torch.nn.init.uniform_(one, 0.5, 1.5)
    weights = {name: one.clone().contiguous() for name, one in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors", metadata={"format": "pt"})


def _text_tower(folder: Path) -> None:
    learned = Tokenizer(models.Unigram())
    learned.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=90, special_tokens=special, unk_token="<unk>", show_progress=False)
    learned.train_from_iterator(SENTENCES, trainer)
    pieces = [(piece, score) for piece, score in json.loads(learned.to_str())["model"]["vocab"]]
    tokenizer = transformers.XLMRobertaTokenizer(vocab=[*pieces, ("<mask>", 0.0)])
    tokenizer.save_pretrained(folder)
    transformers.XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
    ).save_pretrained(folder / "base")
