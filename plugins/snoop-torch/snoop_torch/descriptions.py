"""Small files that describe a model: JSON, and the files that a tokenizer may consist of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from snoop_flow.errors import UsageError
from snoop_torch.hub import RECORD

TOKENIZERS = ("tokenizer.json", "vocab.json", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model", "vocab.txt")
# what a tokenizer may consist of, as patterns to fetch
TOKENIZER_FILES = (*TOKENIZERS, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt")


def has_tokenizer(folder: Path) -> bool:
    """Whether a folder holds a tokenizer in one of its forms."""
    return any((folder / name).is_file() for name in TOKENIZERS)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object in a file.

    Raises:
        UsageError: it cannot be read, or is no such object.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise UsageError(f"{path}: is no JSON ({' '.join(str(error).split())}); fetch it again") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path}: is no JSON object; fetch it again")
    return found


def licence_of(folder: Path) -> str:
    """The licence of a fetched model, as its card names it; `unknown` for files from elsewhere."""
    path = folder / RECORD
    return str(read_json(path).get("licence", "unknown")) if path.is_file() else "unknown"
