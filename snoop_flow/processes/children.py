"""Child processes of our own: plain Python programs that inherit a socket, and end when its other end is closed.

They are no `multiprocessing` workers: those import the caller's main module, hand back pickles, and a dead one takes
its whole pool along. Starting one is safe beside running threads.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from snoop_flow.errors import SnoopError
from snoop_flow.frugality import count_child, forget_child

_KEPT = ("PATH", "LD_LIBRARY_PATH")


def start_child(
    program: str, arguments: Sequence[str], descriptors: Sequence[int], what: str, *, trusted: bool = False
) -> subprocess.Popen[bytes]:
    """Start a program; it inherits a few open files and nothing else, and its processor time counts as ours.

    Args:
        program: its text, run by this interpreter with this one's path.
        what: its name, for the error.
        trusted: it gets our environment and complains where we do; else its environment is bare, so that who takes
            it over finds no password in it, and its complaints come through a pipe.

    Raises:
        SnoopError: it cannot be started.
    """
    environment = {name: os.environ[name] for name in (os.environ if trusted else _KEPT) if name in os.environ}
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", program, *arguments],
            env={**environment, "PYTHONPATH": path},
            pass_fds=tuple(descriptors),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if trusted else subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the parent, which then hangs up
        )
    except OSError as error:
        raise SnoopError(f"{what} cannot start: {error}") from error
    count_child(process.pid)
    return process


def end_child(process: subprocess.Popen[bytes]) -> None:
    """End a program and wait for it; its processor time stays counted."""
    forget_child(process.pid)
    process.kill()
    process.wait()
