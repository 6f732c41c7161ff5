"""Who does the units of a flow: threads of the flow's process, or Dask's processes here or on other machines.

Only enrichment is given to Dask. Harvesting and embedding ask other people's servers, and the limits on how often are
kept by one process.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from snoop_flow.errors import UsageError
from snoop_flow.processes.threads import threads_allowed

_WANTED = re.compile(r"(threads|dask)(?::([1-9]\d{0,3}))?")
_ADDRESS = re.compile(r"(?:tcp|tls|ws|wss|ucx)://\S+")
# a worker computes in one thread, or the workers of a machine fight for its cores
ONE_THREAD = {"SNOOP_FLOW_THREADS": "1"} | {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


def task_runner(wanted: str) -> TaskRunner[Any] | None:
    """The task runner that the setting `task_runner` names; None for a flow's own.

    Raises:
        UsageError: the setting cannot be read, or prefect-dask is not installed.
    """
    if wanted in ("", "threads"):
        return None
    found = _WANTED.fullmatch(wanted)
    if found is None and not _ADDRESS.fullmatch(wanted):
        raise UsageError(
            f"setting task_runner: {wanted!r}; is threads, threads:N, dask, dask:N or the address of a Dask scheduler, "
            "such as tcp://10.0.0.5:8786"
        )
    if found is not None and found[1] == "threads":
        return ThreadPoolTaskRunner(max_workers=int(found[2] or 2))
    try:
        dask = importlib.import_module("prefect_dask")
    except ImportError as error:
        raise UsageError("setting task_runner: Dask is not installed; run: pip install 'snoop-flow[dask]'") from error
    if found is None:
        return _given(dask.DaskTaskRunner(address=wanted))
    workers = int(found[2] or threads_allowed())
    here = {"n_workers": workers, "threads_per_worker": 1, "env": ONE_THREAD, "dashboard_address": None}
    return _given(dask.DaskTaskRunner(cluster_kwargs={**here, "host": "127.0.0.1"}))


def _given(runner: Any) -> TaskRunner[Any]:
    made: TaskRunner[Any] = runner
    return made
