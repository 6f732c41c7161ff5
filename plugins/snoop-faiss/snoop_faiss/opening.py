"""Opening what was built."""

from __future__ import annotations

import logging
from pathlib import Path

from snoop_faiss.devices import PROCESSOR, Device
from snoop_faiss.files import check_view, load
from snoop_faiss.searching import FaissIndex
from snoop_faiss.structures import Structure
from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import VectorView

log = logging.getLogger(__name__)


def open_index(structure: Structure, folder: Path, view: VectorView, *, device: str = PROCESSOR) -> FaissIndex:
    """Open what was built, over the same view.

    A card that cannot be used is no reason not to answer: the processor does it, and the log says why.

    Raises:
        IntegrityError: a file is missing, damaged, or not of this view.
    """
    built = load(structure, folder)
    check_view(built, folder, view)
    card = _card(device) if built.structure.on_device and device != PROCESSOR else None
    return FaissIndex(built.structure, built.index, view, built.level, places=built.places, device=card)


def _card(device: str) -> Device | None:
    try:
        return Device(device)
    except UsageError as error:
        log.warning("searching on the processor: %s", error)
        return None
