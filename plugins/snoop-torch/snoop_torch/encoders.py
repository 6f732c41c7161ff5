"""Text encoders that published image-text models are built on, and of which their files hold but the name."""

from __future__ import annotations

from typing import Any

# the configurations of FacebookAI/xlm-roberta-base and -large, as far as they differ from the library's defaults
_XLM_R = {
    "architectures": ["XLMRobertaForMaskedLM"],
    "model_type": "xlm-roberta",
    "vocab_size": 250_002,
    "max_position_embeddings": 514,
    "type_vocab_size": 1,
    "layer_norm_eps": 1e-5,
}
_LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
ENCODERS: dict[str, dict[str, Any]] = {"xlm-roberta-base": _XLM_R, "xlm-roberta-large": {**_XLM_R, **_LARGE}}


def encoder_config(name: str) -> dict[str, Any] | None:
    """The configuration of an encoder by its name, with or without its owner; None where it is not known here."""
    return ENCODERS.get(name.removeprefix("FacebookAI/"))
