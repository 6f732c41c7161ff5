"""The model itself. Importing this module does not import torch, loading does."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from PIL.Image import Image

from snoop_flow.errors import PluginError
from snoop_openclip.facts import Facts
from snoop_torch.encoders import encoder_config
from snoop_torch.files import Wanted, locate
from snoop_torch.libraries import load_library, load_torch
from snoop_torch.placing import Placement

_ENCODER = Wanted(("config.json",), lambda folder: "" if (folder / "config.json").is_file() else "config.json")


def load_open_clip() -> Any:
    """The module open_clip; raises `PluginError` where it is not installed."""
    load_torch()  # mends torchvision, which open_clip imports
    return load_library("open_clip", "open-clip-torch")


class OpenClipTower:
    """Implements `snoop_torch.Tower`.

    A patch of a plain vision transformer is its token after a last layer in which each token attends to itself alone,
    projected like the class token (Zhou et al., arXiv 2112.01071); it lies in the space of images and texts.
    """

    def __init__(self, facts: Facts) -> None:
        """Load weights and tokenizer; raises `PluginError`."""
        self.module = _load(facts)
        self.dimension = facts.dimension
        self.reads_text = True
        self.patch_grid = facts.grid
        self._way = facts.way
        self._tokenizer = _tokenizer(facts)

    def prepare(self, picture: Image) -> NDArray[Any]:
        """As the library's own transform does."""
        return self._way.pixels(picture)

    def whole(self, picture: Image) -> NDArray[Any]:
        """Squeezed to the model's size."""
        return self._way.whole(picture)

    def images(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, D)."""
        return self.module.encode_image(self._given(pixels, placement))

    def texts(self, texts: Sequence[str], placement: Placement) -> Any:
        """(n, D)."""
        return self.module.encode_text(self._tokenizer(list(texts)).to(placement.device))

    def patches(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, rows, columns, D)."""
        torch = load_torch()
        sees = self.module.visual
        hidden = sees._embeds(self._given(pixels, placement))
        for block in sees.transformer.resblocks[:-1]:
            hidden = block(hidden)
        count = hidden.shape[1]
        alone = torch.full((count, count), torch.finfo(hidden.dtype).min, dtype=hidden.dtype, device=hidden.device)
        alone.fill_diagonal_(0)
        found = sees.ln_post(sees.transformer.resblocks[-1](hidden, attn_mask=alone)[:, 1:])
        projected = found if sees.proj is None else found @ sees.proj
        return projected.unflatten(1, self.patch_grid)

    def _given(self, pixels: NDArray[Any], placement: Placement) -> Any:
        return self._way.normalised(pixels, placement.device).to(placement.dtype)


def _load(facts: Facts) -> Any:
    open_clip = load_open_clip()
    try:
        with _text_encoder(facts) as changed:
            # nothing is downloaded: base weights of either tower are not wanted, and the checkpoint is a file here
            model = open_clip.create_model(
                facts.architecture, load_weights=False, pretrained_text=False, pretrained_image=False, **changed
            )
        open_clip.factory.load_checkpoint(model, str(facts.weights), strict=True)
    except PluginError:
        raise
    except Exception as error:  # the library and safetensors raise classes of their own for each kind of damage
        raise PluginError(
            f"{facts.weights}: cannot be loaded as {facts.architecture} ({_line(error)}); fetch it again"
        ) from error
    return model


@contextmanager
def _text_encoder(facts: Facts) -> Iterator[dict[str, Any]]:
    """What has to be changed so that a text tower of the library transformers is built from files of this machine."""
    text = deepcopy(dict(facts.config.get("text_cfg") or {}))
    name = text.get("hf_model_name")
    if not name:
        yield {}
        return
    with tempfile.TemporaryDirectory() as written:
        known = encoder_config(str(name))
        if known is not None:
            (Path(written) / "config.json").write_text(json.dumps(known), "utf-8")
            folder = Path(written)
        else:
            inside = facts.weights.parent / str(name)
            folder = inside if (inside / "config.json").is_file() else locate(str(name), _ENCODER)
        yield {"text_cfg": {**text, "hf_model_name": str(folder), "hf_model_pretrained": False}}


def _tokenizer(facts: Facts) -> Any:
    open_clip = load_open_clip()
    text = dict(facts.config.get("text_cfg") or {})
    options = dict(text.get("tokenizer_kwargs") or {})
    longest = int(text.get("context_length") or open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH)
    if facts.tokenizer is None:
        return open_clip.SimpleTokenizer(context_length=longest, **options)
    try:
        return open_clip.tokenizer.HFTokenizer(
            str(facts.tokenizer), context_length=longest, tokenizer_mode=text.get("tokenizer_mode"), **options
        )
    except Exception as error:  # damaged files raise nearly anything
        raise PluginError(
            f"{facts.tokenizer}: its tokenizer cannot be loaded ({_line(error)}); fetch it again"
        ) from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
