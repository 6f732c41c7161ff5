"""A loopback server that misbehaves on purpose, byte by byte."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

Answer = Callable[[socket.socket, bytes], None]


@dataclass
class FaultServer:
    """Answers each path with the bytes, or the behaviour, that a test has set."""

    host: str
    answers: dict[str, bytes | Answer] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def set(self, path: str, answer: bytes | Answer) -> str:
        self.answers[path] = answer
        return self.url(path)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            head = b""
            while b"\r\n\r\n" not in head:
                data = self.request.recv(65536)
                if not data:
                    return
                head += data
            faults.requests.append(head)
            answer = faults.answers[head.split(b" ")[1].decode()]
            if isinstance(answer, bytes):
                self.request.sendall(answer)
            else:
                answer(self.request, head)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            """Clients hang up on us by design."""

    with Server(("127.0.0.1", 0), Handler) as tcp:
        faults = FaultServer(f"127.0.0.1:{tcp.server_address[1]}")
        threading.Thread(target=tcp.serve_forever, args=(0.02,), daemon=True).start()
        yield faults
        faults.stopping.set()
        tcp.shutdown()
