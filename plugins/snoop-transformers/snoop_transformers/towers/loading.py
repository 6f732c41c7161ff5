"""Weights and tokenizers through the library: from files, by classes that are named here, nothing remote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from snoop_flow.errors import PluginError
from snoop_torch.libraries import load_library, load_torch

# counters that older files of weights carry along
_NO_WEIGHTS = ("position_ids",)


def load_transformers() -> Any:
    """The module transformers; raises `PluginError` where it is not installed."""
    load_torch()
    return load_library("transformers", "transformers")


def load_model(kind: Any, folder: Path, **options: Any) -> Any:
    """A model of a class of the library, in fp32 on the processor.

    Raises:
        PluginError: the weights are damaged or of another model.
    """
    torch = load_torch()
    with _quiet():
        try:
            model, report = kind.from_pretrained(
                folder,
                dtype=torch.float32,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                output_loading_info=True,
                **options,
            )
        except Exception as error:  # the library and safetensors raise classes of their own for each kind of damage
            raise PluginError(f"{folder}: its weights cannot be loaded ({_line(error)}); fetch them again") from error
    missing = sorted(name for name in report["missing_keys"] if not name.endswith(_NO_WEIGHTS))
    if missing or report["mismatched_keys"]:
        lacking = missing[0] if missing else str(sorted(report["mismatched_keys"])[0])
        raise PluginError(
            f"{folder}: its weights are not those of its config.json (such as {lacking}); fetch both again"
        )
    return model


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer in a folder; raises `PluginError`."""
    transformers = load_transformers()
    with _quiet():
        try:
            return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        except Exception as error:  # damaged files raise nearly anything
            raise PluginError(f"{folder}: its tokenizer cannot be loaded ({_line(error)}); fetch it again") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the library's bars and remarks, which would mix with ours."""
    transformers = load_transformers()
    logging = transformers.utils.logging
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
