"""One process at a time cuts a part of a film, whoever started the job.

Two jobs may want one film: a schedule and a person, or a page and a flow that follow the same harvest. They share its
parts: each is claimed in the catalogue before it is looked at, and who finds it claimed waits until it is done. A claim
ends with its unit, or with its process; on another machine, when nothing was heard of it for a while. Whoever was taken
for dead and comes back finds its claim gone, and keeps nothing. A film that a job cuts in one way is not cut in another
by a second one meanwhile: each would drop the stills that the other has chosen.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection

from snoop_flow import jobs
from snoop_flow.entities import Item, JobState
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.store import film_claims, films
from snoop_flow.store import jobs as job_store
from snoop_flow.store.film_claims import Claim
from snoop_flow.store.rows import now
from snoop_flow.workspace import Workspace

LEASE = timedelta(minutes=30)
BEAT = 60.0  # seconds between two signs of life
LOOK = 0.5  # seconds between two looks at a part that somebody else cuts
RETRY = 300.0  # seconds after which a film that is cut in another way is worth another look
_START = uuid.uuid4().hex[:8]  # of this process: after a restart another one may have its number


@contextmanager
def claimed(
    workspace: Workspace, canvas: Item, number: int, version: str, goes_on: Callable[[], bool]
) -> Iterator[str | None]:
    """Hold a part of a film, waiting for whoever has it; the owner's name, or None where the waiting was given up.

    Args:
        goes_on: asked while it waits.

    Raises:
        SourceError: the film is cut in another way meanwhile.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}:{_START}:{uuid.uuid4().hex[:8]}"
    while not _taken(workspace, canvas, number, version, owner):
        if not goes_on():
            yield None
            return
        time.sleep(LOOK)
    over = threading.Event()
    beating = threading.Thread(target=_beat, args=(workspace, canvas, number, owner, over), daemon=True)
    beating.start()
    try:
        yield owner
    finally:
        over.set()
        beating.join()
        with workspace.catalogue.write() as connection:
            film_claims.release(connection, canvas.number, number, owner)


def _taken(workspace: Workspace, canvas: Item, number: int, version: str, owner: str) -> bool:
    with workspace.catalogue.write() as connection:
        known = films.state(connection, canvas.number, lock=True)
        alive = [one for one in film_claims.of_film(connection, canvas.number) if is_alive(one)]
        if known is None or known.version != version or any(one.version != version for one in alive):
            raise _cut_otherwise(canvas)
        if any(one.number == number for one in alive):
            return False
        film_claims.put(connection, canvas.number, number, version, owner)
    return True


def _beat(workspace: Workspace, canvas: Item, number: int, owner: str, over: threading.Event) -> None:
    while not over.wait(BEAT):
        with workspace.catalogue.write() as connection:
            film_claims.renew(connection, canvas.number, number, owner)


def is_alive(claim: Claim) -> bool:
    """Whether the process that took a part is still at it, as far as can be seen from here."""
    host, pid, start, _ = claim.owner.rsplit(":", 3)
    if now() - claim.at > LEASE:
        return False
    if host != socket.gethostname():
        return True
    return start == _START if int(pid) == os.getpid() else jobs.runs(int(pid))


def refuse_other_way(connection: Connection, canvas: Item, version: str, job_id: str) -> None:
    """Raise `SourceError` where a living job is cutting a film in another way than that of `version`."""
    known = films.state(connection, canvas.number, lock=True)
    if known is None or known.version == version:
        return
    if any(is_alive(one) for one in film_claims.of_film(connection, canvas.number)):
        raise _cut_otherwise(canvas)
    if not known.finished and known.job_id not in ("", job_id):
        job = job_store.by_id(connection, known.job_id)
        if job.state is JobState.RUNNING and jobs.alive(job):
            raise _cut_otherwise(canvas)


def _cut_otherwise(canvas: Item) -> SourceError:
    reason = "another job is cutting this film in another way; once it is done: snoop-flow harvest --retry"
    return SourceError(FailureKind.TRANSIENT, canvas.uri, reason, retry_after=RETRY)
