"""Programs that are started beside this one: what they inherit, and how they end."""

from __future__ import annotations

import socket
import sys

import pytest

from snoop_flow.errors import SnoopError
from snoop_flow.processes.children import end_child, start_child

_TELLS = """
import os, socket, sys
with socket.socket(fileno=int(sys.argv[1])) as connection:
    connection.sendall(os.environ.get("SNOOP_FLOW_DATABASE", "nothing").encode())
    connection.recv(1)
"""


@pytest.mark.parametrize(("trusted", "told"), [(False, b"nothing"), (True, b"a password")])
def test_only_who_is_trusted_sees_our_environment(monkeypatch: pytest.MonkeyPatch, trusted: bool, told: bytes) -> None:
    monkeypatch.setenv("SNOOP_FLOW_DATABASE", "a password")
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            number = theirs.fileno()
            process = start_child(_TELLS, [str(number)], (number,), "a teller", trusted=trusted)
        assert ours.recv(100) == told
        end_child(process)
        assert process.returncode is not None
        if process.stderr is not None:
            process.stderr.close()


def test_one_that_cannot_start_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(SnoopError, match="the image decoder cannot start"):
        start_child("", [], (), "the image decoder")
