"""The program of a reading process, started by `snoop_flow.reading.readers`."""

from __future__ import annotations

import gc
import logging
import pickle
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from snoop_flow.fetching import Fetcher, FetchPolicy, Turns
from snoop_flow.plugin_types import HarvestSource
from snoop_flow.reading.lending import Lent
from snoop_flow.reading.outcomes import packed, read_each
from snoop_flow.reading.readers import Order

log = logging.getLogger(__name__)


def main(descriptor: int) -> None:
    """Read batches until the other side closes the socket `descriptor`."""
    gc.freeze()  # what was imported stays
    with Connection(descriptor) as connection, suppress(EOFError, OSError):
        connection.send_bytes(b"ready")
        while True:
            connection.send_bytes(pickle.dumps(_answer(connection.recv_bytes())))


def _answer(message: bytes) -> list[tuple[Any, ...]] | None:
    """The outcomes of a batch; None where it goes wrong in a way that the parent has to see for itself."""
    try:
        order: Order = pickle.loads(message)  # noqa: S301 - from our own parent
        lent = Lent(_fetcher(order.policy, order.turns))
        return [packed(one) for one in read_each(_Opened(order, lent), lent, order.wanted)]
    except Exception as error:  # noqa: BLE001 - the parent does it again, and meets the same where it can be told
        log.warning("a process that reads leaves a batch to its parent: %s: %s", type(error).__name__, error)
        return None


class _Opened:
    """Opens the source of an order when the first of its records is read."""

    def __init__(self, order: Order, lent: Lent) -> None:
        self._order, self._lent = order, lent
        self._source: HarvestSource | None = None

    def __call__(self) -> HarvestSource:
        if self._source is None:
            self._source = self._order.open(self._order.location, self._lent)
        return self._source


@cache
def _fetcher(policy: FetchPolicy, turns: Path | None) -> Fetcher:
    return Fetcher(policy, Turns(turns))
