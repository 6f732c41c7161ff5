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
    parts = (built.structure, built.index, view, built.level)
    if built.structure.on_device and device != PROCESSOR:
        try:
            return FaissIndex(*parts, places=built.places, device=Device(device))
        except (UsageError, RuntimeError) as error:  # no card, or too little memory on it
            log.warning("searching on the processor: %s", str(error).splitlines()[0])
    return FaissIndex(*parts, places=built.places)
