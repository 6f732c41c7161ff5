"""A JSON array written as its entries come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO


class ArrayWriter:
    """Writes `[`, entries of one line each, and at the end of its block `]`."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._between = "\n"

    def __enter__(self) -> ArrayWriter:
        self._file.write("[")
        return self

    def write(self, entry: Mapping[str, Any]) -> None:
        """Add one entry."""
        self._file.write(self._between + json.dumps(entry, ensure_ascii=False))
        self._between = ",\n"

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.write("\n]")
