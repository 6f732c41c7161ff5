"""A port for the Prefect server."""

from __future__ import annotations

import socket

from snoop_flow.errors import UsageError
from snoop_prefect.environment import HOST

DEFAULT = 8720
_NEXT = 50


def choose_port(wanted: int | None) -> int:
    """The wanted port, or the first free one from the default upwards.

    Raises:
        UsageError: the wanted port is in use, or none is free.
    """
    if wanted is not None and not _free(wanted):
        raise UsageError(f"port {wanted} is in use; choose another with --port, or leave it out to take a free one")
    for port in range(DEFAULT, DEFAULT + _NEXT) if wanted is None else (wanted,):
        if _free(port):
            return port
    raise UsageError(f"no free port between {DEFAULT} and {DEFAULT + _NEXT - 1}; choose one with --port")


def _free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
        return True
