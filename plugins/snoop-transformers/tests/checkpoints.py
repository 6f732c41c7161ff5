"""Makes tiny real checkpoints of each kind, in the library's own format; imported by `conftest` when one is wanted."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
import transformers as library
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil

SENTENCES = [
    "a map of Paris", "une carte de Paris", "eine Karte von Paris", "portrait of a woman", "portrait d'une femme",
    "the old harbour at dawn", "le vieux port à l'aube", "engraving of a vase", "gravure d'un vase", "گلدان",
] * 20  # fmt: skip
SEES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "image_size": 48,
    "patch_size": 12,
}
READS: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 16,
    "projection_size": 32,
}
DINO = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 64}


def _dinov2(folder: Path) -> None:
    library.Dinov2Model(library.Dinov2Config(**DINO, patch_size=14)).save_pretrained(folder)
    BitImageProcessorPil(size={"shortest_edge": 47}, crop_size={"height": 42, "width": 42}).save_pretrained(folder)


def _registers(folder: Path) -> None:
    config = library.Dinov2WithRegistersConfig(**DINO, patch_size=14, num_register_tokens=3)
    library.Dinov2WithRegistersModel(config).save_pretrained(folder)
    BitImageProcessorPil(size={"shortest_edge": 47}, crop_size={"height": 42, "width": 42}).save_pretrained(folder)


def _dinov3(folder: Path) -> None:
    config = library.DINOv3ViTConfig(**DINO, intermediate_size=64, patch_size=8, num_register_tokens=4)
    library.DINOv3ViTModel(config).save_pretrained(folder)
    _float_processor(folder, 48)


def _convnext(folder: Path) -> None:
    config = library.DINOv3ConvNextConfig(hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 2, 1])
    library.DINOv3ConvNextModel(config).save_pretrained(folder)
    _float_processor(folder, 96)


def _float_processor(folder: Path, side: int) -> None:
    library.DINOv3ViTImageProcessor(size={"height": side, "width": side}).save_pretrained(folder)


def _clip(folder: Path, kind: str = "CLIP") -> None:
    tokenizer = _bpe(library.CLIPTokenizer)
    text = {**READS, "vocab_size": len(tokenizer), "eos_token_id": tokenizer.eos_token_id, "bos_token_id": 0}
    config = getattr(library, f"{kind}Config")(vision_config=SEES, text_config=text, projection_dim=24)
    getattr(library, f"{kind}Model")(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    CLIPImageProcessorPil(size={"shortest_edge": 48}, crop_size={"height": 48, "width": 48}).save_pretrained(folder)


def _metaclip(folder: Path) -> None:
    _clip(folder, "MetaClip2")


def _siglip(folder: Path) -> None:
    sentencepiece: Any = import_module("sentencepiece")
    folder.mkdir()
    corpus = iter(SENTENCES)
    with (folder / "spiece.model").open("wb") as file:
        options = {
            "vocab_size": 48,
            "hard_vocab_limit": False,
            "pad_id": 0,
            "eos_id": 1,
            "unk_id": 2,
            "bos_id": -1,
            "minloglevel": 2,
        }
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=corpus, model_writer=file, **options)
    tokenizer = library.SiglipTokenizer(str(folder / "spiece.model"))
    _save_siglip(folder, tokenizer, "Siglip", SEES)
    SiglipImageProcessorPil(size={"height": 48, "width": 48}).save_pretrained(folder)


def _siglip2_fixed(folder: Path) -> None:
    """As published: the classes of SigLIP with Gemma's large vocabulary, of which this has the size only."""
    tokenizer = _bpe(library.GemmaTokenizer)
    _save_siglip(folder, tokenizer, "Siglip", SEES, words=256_000)
    SiglipImageProcessorPil(size={"height": 48, "width": 48}, resample=2).save_pretrained(folder)


def _siglip2(folder: Path) -> None:
    tokenizer = _bpe(library.Siglip2Tokenizer)
    _save_siglip(folder, tokenizer, "Siglip2", {**SEES, "num_patches": 16})
    Siglip2ImageProcessorPil(patch_size=12, max_num_patches=16).save_pretrained(folder)


def _save_siglip(folder: Path, tokenizer: Any, kind: str, sees: dict[str, Any], words: int = 0) -> None:
    text = {**READS, "vocab_size": words or len(tokenizer)}
    config = getattr(library, f"{kind}Config")(vision_config=sees, text_config=text)
    getattr(library, f"{kind}Model")(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _mclip(folder: Path) -> None:
    """A folder with `text` and `image`; the text tower is written as the published ones are."""
    _clip(folder / "image")
    text = folder / "text"
    (text / "base").mkdir(parents=True)
    tokenizer = _xlm_roberta()
    config = library.XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
    )
    config.save_pretrained(text / "base")
    tokenizer.save_pretrained(text)
    encoder, linear = library.XLMRobertaModel(config), torch.nn.Linear(16, 24)
    weights = {f"transformer.{name}": value for name, value in encoder.state_dict().items()}
    weights |= {f"LinearTransformation.{name}": value for name, value in linear.state_dict().items()}
    weights["transformer.embeddings.position_ids"] = torch.arange(40)[None]
    torch.save(weights, text / "pytorch_model.bin")
    described = {"model_type": "M-CLIP", "modelBase": "base", "numDims": 24, "transformerDimensions": 16}
    (text / "config.json").write_text(json.dumps({**described, "architectures": ["MultilingualCLIP"]}), "utf-8")


def _bpe(kind: Any) -> Any:
    empty = kind()
    trainer = trainers.BpeTrainer(vocab_size=150, special_tokens=empty.all_special_tokens, show_progress=False)
    learned = Tokenizer(models.BPE())
    learned.normalizer, learned.pre_tokenizer = (
        empty.backend_tokenizer.normalizer,
        empty.backend_tokenizer.pre_tokenizer,
    )
    learned.train_from_iterator(SENTENCES, trainer)
    found = json.loads(learned.to_str())["model"]
    return kind(vocab=found["vocab"], merges=[tuple(pair) for pair in found["merges"]])


def _xlm_roberta() -> Any:
    learned = Tokenizer(models.Unigram())
    learned.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=90, special_tokens=special, unk_token="<unk>", show_progress=False)
    learned.train_from_iterator(SENTENCES, trainer)
    pieces = [(piece, score) for piece, score in json.loads(learned.to_str())["model"]["vocab"]]
    return library.XLMRobertaTokenizer(vocab=[*pieces, ("<mask>", 0.0)])


MAKERS: dict[str, Callable[[Path], None]] = {
    "dinov2": _dinov2,
    "registers": _registers,
    "dinov3": _dinov3,
    "convnext": _convnext,
    "clip": _clip,
    "metaclip": _metaclip,
    "siglip": _siglip,
    "siglip2-fixed": _siglip2_fixed,
    "siglip2": _siglip2,
    "m-clip": _mclip,
}


def make(kind: str, folder: Path) -> None:
    """Fill a folder."""
    library.utils.logging.disable_progress_bar()
    library.utils.logging.set_verbosity_error()
    torch.manual_seed(7)
    MAKERS[kind](folder)
