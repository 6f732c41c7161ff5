"""`up`: the web server, and beside it the process that runs flows where there is one."""

from __future__ import annotations

import errno
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from types import FrameType
from urllib.parse import urlsplit

import click
from waitress.server import create_server

from snoop_flow import Workspace
from snoop_flow.errors import UsageError
from snoop_flow.settings import Settings
from snoop_webui.application import create_app

THREADS = 8
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = 20.0  # seconds the flow runner has to end by itself


def serve(folder: Path, host: str, port: int, *, flows: bool) -> None:
    """Serve a workspace until the process is asked to stop.

    Raises:
        WorkspaceError: there is no workspace in `folder`.
        UsageError: the address cannot be listened on, or others could reach it and nobody has a password.
    """
    with Workspace.open(folder) as workspace, _listening(host, port) as sockets:
        _refuse_open_door(workspace, host)
        server = create_server(create_app(workspace), sockets=sockets, threads=THREADS, ident="snoop-flow")
        with _stopping_on_signals(), _flow_runner(workspace, wanted=flows):
            _warn(workspace.settings, port)
            click.echo(f"snoop-flow serves {workspace.folder}\n  {_address(sockets[0])}\nCtrl-C stops it.")
            try:
                server.run()
            except (KeyboardInterrupt, SystemExit):
                click.echo("stopping; what is done is kept", err=True)
            finally:
                server.close()


def _refuse_open_door(workspace: Workspace, host: str) -> None:
    if host not in _LOOPBACK and not workspace.login_needed():
        raise UsageError(
            f"--host {host}: others would reach everything, since nobody has a password yet; give an administrator one "
            "with: snoop-flow user password curator"
        )


def _warn(settings: Settings, port: int) -> None:
    public = urlsplit(settings.public_url)
    if public.hostname == "localhost" and public.port != port:
        click.echo(
            f"local canvases and annotations are named below {settings.public_url}, which is not served here; "
            "set public_url in snoop-flow.toml before publishing",
            err=True,
        )


@contextmanager
def _listening(host: str, port: int) -> Iterator[list[socket.socket]]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UsageError(f"--host {host}: cannot be listened on ({error.strerror}); give an address of here") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(128)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UsageError(f"port {port} is in use; stop what uses it or give another one with --port") from error
            raise UsageError(f"{host}:{port}: cannot be listened on ({error.strerror})") from error
        yield [listener]


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname(), "127.0.0.1": "localhost"}  # noqa: S104
    name = shown.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}/"


@contextmanager
def _stopping_on_signals() -> Iterator[None]:
    """Let SIGTERM, which service managers send, end the server like Ctrl-C does."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _flow_runner(workspace: Workspace, *, wanted: bool) -> Iterator[None]:
    """Run `snoop-flow flows serve` beside the server; what it logs goes to `logs/flows.log`.

    Jobs that a stopped server left are taken up again once the runner can have them, or here where there is none.
    """
    if not wanted:
        workspace.resume_jobs()
        yield
        return
    folder = workspace.folder
    log = folder / "logs" / "flows.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as output:
        command = [sys.executable, "-m", "snoop_flow", "flows", "serve", "--workspace", str(folder)]
        # a session of its own: Ctrl-C in the terminal reaches us alone, and we end it in good order
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=output, start_new_session=True)
        Thread(target=_resume_when_ready, args=(child, workspace), daemon=True).start()
        try:
            yield
        finally:
            _stop(child)


def _resume_when_ready(child: subprocess.Popen[bytes], workspace: Workspace) -> None:
    if child.stdout is None:
        return
    child.stdout.readline()  # what it says when it is ready; nothing when it could not start
    if not workspace.closing:
        workspace.resume_jobs()
    for _ in child.stdout:  # kept empty, so that the child never waits for us
        pass


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
