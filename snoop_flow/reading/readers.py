"""The processes that read, as seen by their parent.

They are started late and never waited for while they start: who finds none ready reads itself. Like decoders they are
plain programs over a socket pair (`snoop_flow.processes.children`), and end when it is closed, as by a killed parent.
What they hand back is taken as our own: they run the same code on the same documents.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from snoop_flow.errors import SnoopError
from snoop_flow.fetching import FetchPolicy
from snoop_flow.plugin_types import HarvestSource, SourceContext
from snoop_flow.processes.children import end_child, start_child
from snoop_flow.reading.outcomes import Outcome, Wanted, unpacked

# The built-in plugin stands there without its __init__: a reader needs one of its sources, not its backbones. Nor does
# it need what its libraries bring along unasked, a quarter of the time it takes to start: the command line of httpx,
# HTTP/2, which the fetcher does not speak, and a web server.
_PROGRAM = """
import sys, types
sys.modules.update(dict.fromkeys(["httpx._main", "h2", "tornado"]))
sys.modules["snoop_flow.builtin"] = types.ModuleType("snoop_flow.builtin")
sys.modules["snoop_flow.builtin"].__path__ = [sys.argv[1]]
from snoop_flow.reading.child import main
main(int(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Order:
    """A batch of records to be read.

    Attributes:
        open: the source type's; a function that another process finds by its name.
        location: what is opened.
        policy: of the fetcher that is lent.
        turns: folder with the queues at the hosts.
    """

    open: Callable[[str, SourceContext], HarvestSource]
    location: str
    policy: FetchPolicy
    turns: Path | None
    wanted: Sequence[Wanted]


class Readers:
    """Up to `most` processes that read; safe to share between threads."""

    def __init__(self, most: int | None = None) -> None:
        """Start nothing yet; by default two, which read as fast as one process can write, or none on a single core."""
        self._most = (2 if (os.cpu_count() or 1) > 1 else 0) if most is None else most
        self._free = threading.Condition()
        self._idle: list[_Reader] = []
        self._busy = 0

    def read(self, order: Order, *, starting: bool = True) -> list[Outcome] | None:
        """Have a batch read; None where the caller has to: no process is ready yet, or it cannot read this source.

        Args:
            starting: there is enough left to read that a process that is not there yet is worth its start.
        """
        try:
            message = pickle.dumps(order)
        except (pickle.PicklingError, AttributeError, TypeError):  # such as a source that is opened by a closure
            return None
        reader = self._take(starting)
        if reader is None:
            return None
        try:
            answer = reader.ask(message)
        finally:
            self._give_back(reader)  # it reads the next batch while this one is unpacked
        found = None if answer is None else pickle.loads(answer)  # noqa: S301 - from our own process
        return None if found is None else [unpacked(one) for one in found]

    def rest(self) -> None:
        """End the processes that are idle."""
        with self._free:
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.end()

    def _take(self, starting: bool) -> _Reader | None:
        """A process that is ready, waited for where all are at work; None while one is starting."""
        with self._free:
            self._free.wait_for(lambda: self._busy < max(self._most, 1))
            ready = next((one for one in self._idle if one.ready()), None)
            if ready is not None:
                self._idle.remove(ready)
                self._busy += 1
            elif any(not one.alive for one in self._idle):
                self._most = 0  # processes cannot start here, so it is not tried before every batch
            elif starting and len(self._idle) + self._busy < self._most:
                with suppress(OSError, SnoopError):  # no memory, no more processes: the caller reads itself
                    self._idle.append(_Reader())
            return ready

    def _give_back(self, reader: _Reader) -> None:
        with self._free:
            self._busy -= 1
            self._free.notify()
            if reader.alive:
                self._idle.append(reader)
                return
        reader.end()


class _Reader:
    """A running process; used by one thread at a time."""

    def __init__(self) -> None:
        self.alive = True
        self._connection, theirs = Pipe()
        builtin = str(Path(__file__).parents[1] / "builtin")
        with theirs:
            number = theirs.fileno()
            self._process = start_child(_PROGRAM, [builtin, str(number)], (number,), "a reader", trusted=True)
        self._greeted = False

    def ready(self) -> bool:
        """Whether it has started."""
        if not self._greeted and _something(self._connection):
            self._greeted = True
            try:
                self._connection.recv_bytes()
            except (EOFError, OSError):
                self.alive = False
        return self._greeted and self.alive

    def ask(self, message: bytes) -> bytes | None:
        """The answer to an order; None where it has died."""
        try:
            self._connection.send_bytes(message)
            return self._connection.recv_bytes()
        except (EOFError, OSError):
            self.alive = False
            return None

    def end(self) -> None:
        """End the process and wait for it."""
        self.alive = False
        self._connection.close()
        end_child(self._process)


def _something(connection: Connection) -> bool:
    try:
        return connection.poll()
    except OSError:
        return True  # it died: reading tells
