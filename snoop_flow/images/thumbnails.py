"""Thumbnails on disk: one JPEG per item, re-encoded by us, made again whenever one is missing."""

from __future__ import annotations

import hashlib
import io
import re
import secrets
from pathlib import Path

from PIL import Image

from snoop_flow.errors import UsageError
from snoop_flow.images.decoding import shrink

THUMBNAIL_SIZE = 320
_QUALITY = 82
_ID = re.compile(r"[a-z0-9-]{1,128}")


class Thumbnails:
    """The thumbnails of a workspace, as `ab/<item id>.jpg`; `ab` spreads them over 256 folders."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made with the first thumbnail."""
        self.folder = folder

    def path(self, item_id: str) -> Path:
        """Say where an item's thumbnail is or would be.

        Raises:
            UsageError: the id is not of the form that item ids have, so it cannot name a file here.
        """
        if not _ID.fullmatch(item_id):
            raise UsageError(f"{item_id[:80]!r} is no item id; ids are made of a–z, 0–9 and hyphens")
        return self.folder / hashlib.sha256(item_id.encode("ascii")).hexdigest()[:2] / f"{item_id}.jpg"

    def has(self, item_id: str) -> bool:
        """Tell whether an item has a thumbnail; raises `UsageError` like `path`."""
        path = self.path(item_id)
        return path.is_file() and path.stat().st_size > 0

    def put(self, item_id: str, image: Image.Image) -> Path:
        """Keep a picture's thumbnail, whole or not at all, and give its path.

        Raises:
            UsageError: the id is malformed.
            OSError: the disk is full or not writable; the old thumbnail, if any, stays.
        """
        path = self.path(item_id)
        encoded = io.BytesIO()
        small = shrink(image, THUMBNAIL_SIZE)
        (small if small.mode == "RGB" else small.convert("RGB")).save(encoded, "JPEG", quality=_QUALITY)
        try:
            _write(path, encoded.getbuffer())
        except FileNotFoundError:  # the first one in its folder
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, encoded.getbuffer())
        return path


def _write(path: Path, data: memoryview) -> None:
    """Write a file whole or not at all; not synced, since a thumbnail that a power cut takes is made again."""
    draft = path.with_name(f".{path.stem[:64]}.{secrets.token_hex(6)}.tmp")
    file = draft.open("xb")
    try:
        with file:
            file.write(data)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
