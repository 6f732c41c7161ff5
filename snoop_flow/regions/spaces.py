"""The embedding sets of regions: how the vectors of one were made, so that a drawn box is described in the same way."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from snoop_flow.entities import EmbeddingSet, SetKind
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.plugin_types import BackboneSpec
from snoop_flow.regions.describing import Describer
from snoop_flow.store import embeddings
from snoop_flow.workspace import Workspace

ALGORITHM = "regions/1"
WAYS = ("patches", "crops")


def facts_of(spec: BackboneSpec, by: str | None, cells: int) -> dict[str, Any]:
    """How the vectors of regions are to be made.

    Args:
        by: `patches` of the backbone's grid, or `crops` that are embedded one by one; by default patches where the
            backbone has them.
        cells: of the grid along the longer side of an image.

    Raises:
        UsageError: there is no such way, or the backbone does not have it.
    """
    way = by or ("patches" if spec.patch_grid else "crops")
    if way not in WAYS:
        raise UsageError(f"vectors by {way!r}: is one of {', '.join(WAYS)}")
    if way == "patches" and spec.patch_grid is None:
        raise UsageError(f"the backbone {spec.name} sees no patches; use --by crops, or a backbone that does")
    if way == "crops":
        return {"by": way, "base": spec.fingerprint()}
    if cells < 1:
        raise UsageError(f"region_cells {cells}: must be at least 1")
    grid = list(spec.patch_grid or ())
    return {"by": way, "base": spec.fingerprint(), "cells": cells, "grid": grid, "patches": spec.patch_fingerprint}


def ensure_region_set(workspace: Workspace, spec: BackboneSpec, by: str | None) -> EmbeddingSet:
    """The set of regions of a backbone, created when it is new; raises `UsageError`, see `facts_of`."""
    facts = facts_of(spec, by, workspace.settings.region_cells)
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    with workspace.catalogue.write() as connection:
        return embeddings.ensure_set(
            connection, spec.name, f"{ALGORITHM}:{digest}", spec.dimension, SetKind.REGION, facts
        )


def region_set(workspace: Workspace, backbone: str | None = None) -> EmbeddingSet:
    """The set of regions that searching and teaching use: the one that grew last, of a backbone or of the settings'.

    Raises:
        NotFoundError: nothing is segmented yet (with this backbone).
    """
    with workspace.catalogue.read() as connection:
        sets = [one for one in embeddings.sets(connection, SetKind.REGION) if embeddings.shards(connection, one.id)]
    name = backbone or workspace.settings.backbone
    if name:
        fingerprint = workspace.backbone_spec(name).fingerprint()
        sets = [one for one in sets if one.facts["base"] == fingerprint]
    if not sets:
        by = f" with the backbone {name}" if name else ""
        raise NotFoundError(f"nothing is segmented{by} yet; run: snoop-flow segment")
    return sets[0]


def describer(workspace: Workspace, known: EmbeddingSet, device: str = "cpu") -> Describer:
    """Describes pictures as those of a set of regions.

    Raises:
        UsageError: the set is of whole images, or the backbone gives other vectors now.
        PluginError: the backbone cannot be opened.
    """
    if known.kind is not SetKind.REGION:
        raise UsageError(
            f"vectors of {known.backbone} are of whole images; to look at parts of them, run: snoop-flow segment"
        )
    spec = workspace.backbone_spec(known.backbone)
    patches = known.facts["by"] == "patches"
    changed = patches and facts_of(spec, "patches", known.facts["cells"]) != known.facts if spec.patch_grid else patches
    if changed or spec.fingerprint() != known.facts["base"]:
        raise UsageError(f"the backbone {known.backbone} gives other vectors now; run: snoop-flow segment")
    return Describer(spec, workspace.open_backbone(spec, device), int(known.facts.get("cells", 0)))
