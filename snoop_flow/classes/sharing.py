"""Sharing: a class as a small JSON file; its model is a query vector, so it works wherever its backbone does.

The file holds numbers and text only. What is read is checked: shape, finiteness and norm of the weights, and that the
fingerprint is that of an embedding set of this workspace.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from snoop_flow.classes.definitions import create_in_set, find_class
from snoop_flow.classes.lessons import knows_nothing
from snoop_flow.classes.origins import descended, read_origins
from snoop_flow.classes.starting import MOST_NOTED, Start
from snoop_flow.entities import ClassModel, EmbeddingSet, VisualClass
from snoop_flow.errors import UsageError
from snoop_flow.store import classes, embeddings
from snoop_flow.store.rows import now
from snoop_flow.workspace import Workspace

FORMAT = "snoop-flow class 1"
_CARD = ("licence", "intended_use", "limits")
MAX_BYTES = 4 << 20
MAX_NORM = 1e4


def export_class(workspace: Workspace, name: str, path: Path) -> None:
    """Write a class with its newest model to a file.

    Raises:
        UsageError: the class has no model yet, or the file cannot be written.
    """
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        model = classes.model(connection, found.id)
        known = embeddings.set_by_id(connection, found.set_id)
        origins = descended(connection, workspace.settings, found)
    if model is None or knows_nothing(model):
        raise UsageError(f"class {found.name} has no model yet; fit it first with: snoop-flow class fit")
    document = {
        "format": FORMAT,
        "id": found.id,
        "name": found.name,
        "labels": found.labels,
        "definition": found.definition,
        "concept_uri": found.concept_uri,
        "backbone": known.backbone.partition(":")[0],
        "fingerprint": known.fingerprint,
        "dimension": known.dimension,
        "version": model.version,
        "weights": base64.b64encode(model.weights).decode(),
        "bias": model.bias,
        "threshold": model.threshold,
        "positives": model.positives,
        "negatives": model.negatives,
        "marks_digest": model.marks_digest,
        "card": {name: getattr(found, name) for name in _CARD} | {"origins": origins},
    }
    if found.start is not None:  # files of before have none, and are still read
        document |= {"start": base64.b64encode(found.start).decode(), "start_note": found.start_note}
    try:
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error


def import_class(workspace: Workspace, path: Path, name: str | None = None) -> VisualClass:
    """Read a class from a file, as version 1 of a class of this workspace.

    Raises:
        UsageError: the file is no class, damaged, or of a backbone that nothing is embedded with here.
        ConflictError: there is a class of this name.
    """
    document = _read(path)
    with workspace.catalogue.read() as connection:
        known = embeddings.set_by_fingerprint(connection, document["fingerprint"])
    if known is None:
        raise UsageError(
            f"{path}: was taught on the backbone {document['backbone']}, which nothing is embedded with here; "
            "run: snoop-flow embed --backbone NAME"
        )
    weights = _vector(document, "weights", known, path)
    if not np.isfinite(document["bias"]) or not np.isfinite(document["threshold"]):
        raise UsageError(f"{path}: its bias or threshold is out of range; export it again")
    created = create_in_set(
        workspace,
        known,
        name or document["name"],
        labels={language: tuple(texts) for language, texts in document["labels"].items()},
        definition=document["definition"],
        concept_uri=document["concept_uri"],
        start=_start(document, known, path),
        **_card(document, path),
    )
    model = ClassModel(
        class_id=created.id,
        version=1,
        fingerprint=known.fingerprint,
        weights=weights,
        bias=float(document["bias"]),
        threshold=float(document["threshold"]),
        calibration={"imported": f"{document['id']} version {document['version']}"},
        marks_digest=document["marks_digest"],
        positives=int(document["positives"]),
        negatives=int(document["negatives"]),
        seconds=0.0,
        cost={},
        created_at=now(),
    )
    with workspace.catalogue.write() as connection:
        classes.add_model(connection, model)
    return find_class(workspace, created.id)


_TYPES: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "name": str,
    "labels": dict,
    "definition": str,
    "concept_uri": str,
    "backbone": str,
    "fingerprint": str,
    "version": int,
    "weights": str,
    "bias": (int, float),
    "threshold": (int, float),
    "positives": int,
    "negatives": int,
    "marks_digest": str,
}


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: is larger than any class file; choose a file that class export wrote")
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise UsageError(f"{path}: is no class file ({error}); choose a file that class export wrote") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(f"{path}: is no class file of this version; choose a file that class export wrote")
    if wrong := [name for name, kind in _TYPES.items() if not isinstance(document.get(name), kind)]:
        raise UsageError(f"{path}: the class file is damaged at {wrong[0]}; export it again")
    return document


def _start(document: dict[str, Any], known: EmbeddingSet, path: Path) -> Start | None:
    """The start that a file carries; None where it has none."""
    if document.get("start") is None:
        return None
    note = document.get("start_note", "")
    if not isinstance(document["start"], str) or not isinstance(note, str):
        raise UsageError(f"{path}: the class file is damaged at start; export it again")
    return Start(_vector(document, "start", known, path), note[:MOST_NOTED])


def _card(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """What the card of a file says, and whose class it was; files of before have none, and are still read."""
    given = document.get("card", {})
    said = {name: given.get(name, "") for name in _CARD} if isinstance(given, dict) else {}
    origins = read_origins(given.get("origins", [])) if said else None
    if origins is None or not all(isinstance(text, str) for text in said.values()):
        raise UsageError(f"{path}: the class file is damaged at card; export it again")
    before = {"id": document["id"], "name": document["name"], "version": document["version"]}
    return {**said, "origins": origins or read_origins([before])}


def _vector(document: dict[str, Any], field: str, known: EmbeddingSet, path: Path) -> bytes:
    """The bytes of a vector of the file, checked for shape, finiteness and norm."""
    try:
        raw = base64.b64decode(document[field], validate=True)
        vector = np.frombuffer(raw, "<f4")
    except ValueError as error:
        raise UsageError(f"{path}: the class file is damaged at {field}; export it again") from error
    if vector.shape != (known.dimension,) or not np.isfinite(vector).all():
        raise UsageError(f"{path}: its {field} are not {known.dimension} finite numbers; export it again")
    if not 0 < float(np.linalg.norm(vector)) <= MAX_NORM:
        raise UsageError(f"{path}: its {field} are out of range; export it again")
    return raw
