"""Run a Python module that must not outlive the process that started it.

`python -m snoop_prefect.child MODULE ARGUMENT…` is how the runner starts its server and each flow run: when the runner
is killed, even by SIGKILL, they end within a second, so nothing goes on working unseen beside the next runner.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading

PARENT = "SNOOP_FLOW_PARENT"  # process id of the runner
_PATIENCE = 2.0  # seconds for an orderly end; all that they write survives another one


def _watch(parent: int, stopped: threading.Event) -> None:
    while os.getppid() == parent:
        stopped.wait(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    stopped.wait(_PATIENCE)
    os._exit(1)


def main() -> None:
    """Run the module named by the first argument as a program."""
    if parent := os.environ.get(PARENT):
        os.setsid()  # Ctrl-C in the terminal is for the runner alone, which then ends its children
        threading.Thread(target=_watch, args=(int(parent), threading.Event()), daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
