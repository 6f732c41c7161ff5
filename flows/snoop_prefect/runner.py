"""Who runs the flows of a workspace: `run/prefect.json`, written while `snoop-flow flows serve` is up."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from snoop_flow.errors import ConflictError


@dataclass(frozen=True, slots=True)
class Runner:
    """A runner that serves a workspace.

    Attributes:
        api: URL of its Prefect API, without a slash at the end.
        pid: process id of `flows serve` on `host`.
        deployments: kind of job → id of the deployment that runs it.
    """

    api: str
    pid: int
    host: str
    deployments: Mapping[str, str]

    @property
    def ui(self) -> str:
        """Address of Prefect's own pages."""
        return self.api.removesuffix("/api")


def find_runner(workspace: Path) -> Runner | None:
    """The living runner of a workspace, or None; quick, nothing is asked over the network."""
    try:
        runner = Runner(**json.loads(_file(workspace).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return runner if _alive(runner) else None


def announce(workspace: Path, api: str, deployments: Mapping[str, str]) -> Runner:
    """Tell the other processes of this workspace that the present process runs its flows."""
    runner = Runner(api, os.getpid(), socket.gethostname(), dict(deployments))
    write_whole(_file(workspace), json.dumps(asdict(runner), indent=2))
    return runner


@contextmanager
def only_runner(workspace: Path) -> Iterator[None]:
    """Be the only runner of a workspace until the end of the block; then nobody is announced any more.

    Raises:
        ConflictError: another process serves it.
    """
    folder = _file(workspace).parent
    folder.mkdir(exist_ok=True)
    with (folder / "prefect.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConflictError(f"{workspace}: its flows are served already; stop that process first") from error
        try:
            yield
        finally:
            _file(workspace).unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Replace a small file so that readers see the old or the new text, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _file(workspace: Path) -> Path:
    return workspace / "run" / "prefect.json"


def _alive(runner: Runner) -> bool:
    if runner.host != socket.gethostname():
        return True  # a workspace on a shared disk: only its own machine can tell, so asking decides
    try:
        os.kill(runner.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
