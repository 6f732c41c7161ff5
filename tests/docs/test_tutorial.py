"""The commands of docs/tutorial/your-first-class.md are taken from the page and run in their order."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "your-first-class.md"
PATIENCE = 30.0
ADDRESSES = ("/", "/?q=photographie", "/classes", "/enrichment", "/jobs", "/sources")
Block = tuple[bool, list[str], list[str]]  # leaves a server running?, commands, what the page shows as their output


def blocks(page: str) -> list[Block]:
    """The console blocks of a page, in order."""
    found = re.findall(r"^```console( server)?\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    return [(bool(server), *_parts(text.splitlines())) for server, text in found]


def _parts(lines: list[str]) -> tuple[list[str], list[str]]:
    commands = [line[2:] for line in lines if line.startswith(("$ ", "> "))]
    return commands, [line for line in lines if not line.startswith(("$ ", "> "))]


def shape(line: str) -> str:
    """A line of output with its figures and ids taken out: those differ from run to run."""
    return re.sub(r"[−-]?\d+(\.\d+)?", "N", re.sub(r"\b[0-9a-z]{20}\b", "ID", " ".join(line.split())))


def check_shown(shown: list[str], printed: str) -> None:
    """Every line that the page shows was printed, figures apart; `…` stands for what the page leaves out."""
    lines = [shape(line) for line in printed.splitlines()]
    for wanted in shown:
        pattern = re.escape(shape(wanted)).replace("…", ".*")
        assert any(re.fullmatch(pattern, line) for line in lines), f"{wanted!r} is not in:\n{printed}"


@contextmanager
def serving(command: list[str], shown: list[str], folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """A server of the page, from its first lines of output until the end of the block."""
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            check_shown(shown, "".join(server.stdout.readline() for _ in shown))
            yield
        finally:
            # not Ctrl-C's signal: a shell that runs this in the background has its children ignore that one
            server.terminate()
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
                raise


@pytest.fixture
def environment() -> dict[str, str]:
    """As after `. .venv/bin/activate` and the page's `export`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "SNOOP_FLOW_WORKSPACE": "archive"}


def _free_port() -> str:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return str(trial.getsockname()[1])


def test_the_commands_run_as_the_page_says(tmp_path: Path, environment: dict[str, str]) -> None:
    ports = {"8710": _free_port(), "8711": _free_port()}
    page = re.sub(r"\b871[01]\b", lambda match: ports[match[0]], PAGE.read_text("utf-8"))
    found = blocks(page)
    (init, samples, ingest, up, *teaching) = found
    assert [server for server, *_ in found] == [False, True, False, True, *(False for _ in teaching)]
    _run(init, tmp_path, environment)
    with serving(samples[1][0].split(), samples[2], tmp_path, environment):
        _run(ingest, tmp_path, environment)
        # Prefect beside the server has tests of its own, and takes longer to start than all of this page
        command = [*up[1][0].split(), "--port", ports["8710"], "--no-prefect"]
        with serving(command, up[2], tmp_path, environment):
            for address in ADDRESSES:
                assert urlopen(f"http://127.0.0.1:{ports['8710']}{address}", timeout=PATIENCE).status == 200
        _run((False, *_joined(teaching)), tmp_path, environment)
    assert len((tmp_path / "photographs.csv").read_text("utf-8").splitlines()) > 5
    assert list((tmp_path / "annotations" / "annotations").glob("*.json"))


def _joined(several: list[Block]) -> tuple[list[str], list[str]]:
    """Blocks of one terminal: what one sets the next may use."""
    return [line for _, commands, _ in several for line in commands], [line for *_, shown in several for line in shown]


def _run(block: Block, folder: Path, environment: dict[str, str]) -> None:
    _, commands, shown = block
    script = "\n".join(["set -eu -o pipefail", *commands])
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    check_shown(shown, done.stdout)
