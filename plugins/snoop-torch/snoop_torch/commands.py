"""`snoop-flow models`: getting the files of models, ahead of their use and without a network in the way later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.options import answering, counted, progress_bar
from snoop_flow.host import PluginHost
from snoop_torch.converting import convert
from snoop_torch.files import TOLD, models_folder
from snoop_torch.hub import RECORD
from snoop_torch.weights import megabytes_of


@click.group()
def models() -> None:
    """The files of models: fetch, convert, list.

    \b
    Examples:  snoop-flow models fetch dinov2-small
               snoop-flow models list
    """


@models.command()
@click.argument("name")
@answering
def fetch(name: str) -> Any:
    """Fetch what the backbone NAME needs, unless it is on this machine already.

    \b
    Examples:  snoop-flow models fetch dinov2-small
               snoop-flow models fetch transformers:facebook/dinov2-base
    """
    with progress_bar("fetch") as progress:
        token = TOLD.set(None if progress is None else lambda done, total: progress(done >> 20, total >> 20, "MB"))
        try:
            spec = PluginHost().backbone(name)
            fingerprint = spec.fingerprint()
        finally:
            TOLD.reset(token)
    value = {"backbone": spec.name, "licence": spec.licence, "fingerprint": fingerprint}
    return value, f"{spec.name} is on this machine (licence: {spec.licence})"


@models.command("convert")
@click.argument("path", type=click.Path(path_type=Path))
@answering
def convert_weights(path: Path) -> Any:
    """Write a checkpoint of torch (.bin, .pt) as safetensors beside it; no program that it may hold is run.

    \b
    Example:  snoop-flow models convert models/XLM-Roberta-Large-Vit-B-32/pytorch_model.bin
    """
    written = convert(path)
    return {"file": str(written)}, f"Wrote {written} ({megabytes_of([written])} MB)"


@models.command("list")
@answering
def list_models() -> Any:
    """List the models that were fetched, and the folder in which they lie.

    \b
    Example:  snoop-flow models list
    """
    folder = models_folder()
    found = [_model(record) for record in sorted(folder.glob(f"*/*/{RECORD}"))]
    lines = [f"{one['model']:45} {one['megabytes']:>6} MB  {one['licence']}" for one in found]
    title = f"{counted(len(found), 'model')} in {folder} (SNOOP_FLOW_MODELS names another folder)"
    return {"folder": str(folder), "models": found}, "\n".join([title, *lines])


def _model(record: Path) -> dict[str, Any]:
    kept = json.loads(record.read_text("utf-8"))
    files = sorted(record.parent.rglob("*.safetensors"))
    return {**kept, "folder": str(record.parent), "megabytes": megabytes_of(files)}
