"""Pictures that people search with, kept for a while so that a search by an uploaded image has an address."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from snoop_flow.errors import NotFoundError, UsageError

MOST_BYTES = 24 << 20
MOST_IMAGES = 200
_KEY = re.compile(r"[0-9a-f]{32}")


class QueryImages:
    """The last uploads, one file each, named by digest; never served to anybody."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`, which is made with the first one."""
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Keep an upload and return its key; the oldest beyond `MOST_IMAGES` go.

        Raises:
            UsageError: nothing was uploaded, or too much.
        """
        if not content:
            raise UsageError("the uploaded file is empty; choose an image")
        if len(content) > MOST_BYTES:
            raise UsageError(f"the uploaded image has more than {MOST_BYTES >> 20} MB; choose a smaller one")
        key = hashlib.sha256(content).hexdigest()[:32]
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{key}.{os.getpid()}"
        draft.write_bytes(content)
        draft.replace(self._folder / key)
        self._forget()
        return key

    def content(self, key: str) -> bytes:
        """The bytes of an upload.

        Raises:
            NotFoundError: it is no longer kept.
        """
        path = self._folder / key
        if not _KEY.fullmatch(key) or not path.is_file():
            raise NotFoundError("the image of this search is no longer kept; upload it again")
        return path.read_bytes()

    def _forget(self) -> None:
        kept = [path for path in self._folder.iterdir() if _KEY.fullmatch(path.name)]
        kept.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[MOST_IMAGES:]:
            path.unlink(missing_ok=True)
