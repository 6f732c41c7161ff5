"""Decoding in child processes: a hostile image can cost its own process, never ours."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

from PIL import Image

from snoop_flow.errors import SnoopError, SourceError
from snoop_flow.images.ordered import in_order
from snoop_flow.images.process import Child, DecodeLimits

K = TypeVar("K")


class Decoder:
    """Decodes images in up to `workers` processes, started when first needed; safe to share between threads."""

    def __init__(self, workers: int | None = None, limits: DecodeLimits | None = None) -> None:
        """Start nothing yet; `workers` is the number of processor cores unless given."""
        self.workers = workers or os.cpu_count() or 1
        self.limits = limits or DecodeLimits()
        self._slots = threading.BoundedSemaphore(self.workers)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._closed = False

    def __enter__(self) -> Self:
        """Use the decoder as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes."""
        self.close()

    def close(self) -> None:
        """End the processes; one that is decoding ends when its image is done."""
        with self._lock:
            self._closed, idle, self._idle = True, self._idle, []
        for child in idle:
            child.end()

    def decode(self, data: bytes, longest: int | None = None, *, uri: str = "image") -> Image.Image:
        """Decode one image, see `snoop_flow.images.decode`.

        Raises:
            SourceError: as `decode`, and HOSTILE when the image takes too long or ends its process.
            SnoopError: no process can be started, or the decoder is closed.
        """
        with self._borrowed() as child:
            return child.decode(data, longest, uri)

    def decode_many(
        self, images: Iterable[tuple[K, bytes]], longest: int | None = None
    ) -> Iterator[tuple[K, Image.Image | SourceError]]:
        """Decode many images in order; failures are yielded, not raised, and named after their key."""

        def attempt(pair: tuple[K, bytes]) -> tuple[K, Image.Image | SourceError]:
            key, data = pair
            try:
                return key, self.decode(data, longest, uri=str(key))
            except SourceError as error:
                return key, error

        with ThreadPoolExecutor(self.workers, thread_name_prefix="decode") as threads:
            yield from in_order(threads, attempt, images, ahead=2 * self.workers)

    @contextmanager
    def _borrowed(self) -> Iterator[Child]:
        with self._slots:
            with self._lock:
                self._check_open()
                child = self._idle.pop() if self._idle else None
            child = child or Child(self.limits)
            try:
                yield child
            finally:
                self._give_back(child)

    def _give_back(self, child: Child) -> None:
        with self._lock:
            if child.alive and not self._closed:
                self._idle.append(child)
                return
        child.end()

    def _check_open(self) -> None:
        if self._closed:
            raise SnoopError("the image decoder is closed; open a new one")
