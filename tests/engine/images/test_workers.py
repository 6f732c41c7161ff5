"""Decoding in child processes: the same pictures, and children that die without taking anybody along."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from snoop_flow.errors import FailureKind, SnoopError, SourceError
from snoop_flow.images import DecodeLimits, Decoder, decode
from snoop_flow.images.frames import REPLY
from snoop_flow.images.process import Child


@pytest.fixture
def large(encode: Any) -> bytes:
    """A PNG of 36 Mpx that keeps a decoder busy for a while."""
    data: bytes = encode(Image.new("RGB", (6000, 6000), "teal"))
    return data


def children(decoder: Decoder) -> list[Child]:
    return list(decoder._idle)


def test_gives_what_decoding_here_gives_in_order(picture: Image.Image, encode: Any) -> None:
    files = [encode(picture.rotate(angle), "JPEG") for angle in range(30)]
    with Decoder(2) as decoder:
        found = list(decoder.decode_many(enumerate(files), 48))
    assert [key for key, _ in found] == list(range(30))
    for data, (_, image) in zip(files, found, strict=True):
        assert isinstance(image, Image.Image)
        assert image.tobytes() == decode(data, 48).tobytes()


def test_failures_are_yielded_in_their_place(picture: Image.Image, encode: Any) -> None:
    good = encode(picture)
    with Decoder(1) as decoder:
        found = dict(decoder.decode_many([("a", good), ("b", good[:60]), ("c", b""), ("d", good)]))
        assert decoder.decode(good).size == (96, 64)
    assert isinstance(found["d"], Image.Image)
    for key in ("b", "c"):
        error = found[key]
        assert isinstance(error, SourceError)
        assert (error.kind, error.uri) == (FailureKind.INVALID, key)


def test_reads_no_further_ahead_than_it_must(picture: Image.Image, encode: Any) -> None:
    taken: list[int] = []

    def endless() -> Any:
        while True:
            taken.append(1)
            yield len(taken), encode(picture)

    with Decoder(1) as decoder:
        many = decoder.decode_many(endless())
        assert [next(many)[0] for _ in range(5)] == [1, 2, 3, 4, 5]
        del many
    assert len(taken) <= 8


def test_an_image_that_is_too_slow_is_hostile_and_the_next_one_works(large: bytes, picture: Any, encode: Any) -> None:
    with Decoder(1, DecodeLimits(seconds=0.02)) as decoder:
        with pytest.raises(SourceError) as caught:
            decoder.decode(large, uri="slow.png")
        decoder.limits = DecodeLimits()
        assert decoder.decode(encode(picture)).size == (96, 64)
    assert (caught.value.kind, caught.value.uri) == (FailureKind.HOSTILE, "slow.png")


def test_memory_is_limited_by_the_kernel(large: bytes, picture: Any, encode: Any) -> None:
    with Decoder(1, DecodeLimits(memory_bytes=64 << 20)) as decoder:
        with pytest.raises(SourceError) as caught:
            decoder.decode(large)
        assert decoder.decode(encode(picture)).size == (96, 64)
    assert caught.value.kind is FailureKind.TOO_BIG


def test_the_pixel_limit_reaches_the_child(large: bytes) -> None:
    with Decoder(1, DecodeLimits(max_pixels=1000)) as decoder, pytest.raises(SourceError) as caught:
        decoder.decode(large)
    assert caught.value.kind is FailureKind.TOO_BIG


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGXCPU])
def test_a_child_that_dies_fails_its_image_only(large: bytes, picture: Any, encode: Any, number: int) -> None:
    with Decoder(1) as decoder:
        decoder.decode(encode(picture))
        (child,) = children(decoder)
        child._process.send_signal(signal.SIGSTOP)
        with ThreadPoolExecutor(1) as thread:
            failing = thread.submit(decoder.decode, encode(picture), None, uri="bad")
            child._process.send_signal(number)
            child._process.send_signal(signal.SIGCONT)
            error = failing.exception()
        assert isinstance(error, SourceError)
        assert error.kind is FailureKind.HOSTILE
        assert decoder.decode(encode(picture)).size == (96, 64)
        assert children(decoder) != [child]


@pytest.mark.parametrize("reply", [(9, 9, 3), (500, 1, 1500), (0, 4, 8), (0, 0, 1 << 40), (1 << 31, 1 << 31, 7)])
def test_a_child_that_lies_is_not_believed(reply: tuple[int, int, int], picture: Any, encode: Any) -> None:
    child = Child(DecodeLimits())
    child._connection.close()
    child._connection, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(REPLY.pack(*reply))
        with pytest.raises(SourceError) as caught:
            child.decode(encode(picture), 48, "liar")
    assert caught.value.kind is FailureKind.HOSTILE
    assert not child.alive


def test_threads_share_one_decoder(picture: Any, encode: Any) -> None:
    data = encode(picture, "JPEG")
    with Decoder(2) as decoder, ThreadPoolExecutor(6) as threads:
        assert {image.size for image in threads.map(decoder.decode, [data] * 40)} == {(96, 64)}
        assert len(children(decoder)) <= 2


def test_children_end_with_the_decoder_and_see_no_secrets(
    picture: Any, encode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    decoder = Decoder(1)
    assert children(decoder) == []
    decoder.decode(encode(picture))
    (child,) = children(decoder)
    if sys.platform == "linux":
        assert b"secret" not in Path(f"/proc/{child._process.pid}/environ").read_bytes()
    decoder.close()
    assert child._process.returncode is not None
    with pytest.raises(SnoopError):
        decoder.decode(encode(picture))


def test_a_child_ends_when_its_parent_is_gone(picture: Any, encode: Any) -> None:
    child = Child(DecodeLimits())
    child.decode(encode(picture), None, "a")
    child._connection.close()
    assert child._process.wait(20) == 0


def test_works_in_a_script_without_a_main_guard(tmp_path: Path, picture: Any, encode: Any) -> None:
    (tmp_path / "a.png").write_bytes(encode(picture))
    script = tmp_path / "script.py"
    script.write_text(
        "import pathlib, threading\n"
        "from snoop_flow.images import Decoder\n"
        "data = (pathlib.Path(__file__).parent / 'a.png').read_bytes()\n"
        "with Decoder(1) as decoder:\n"
        "    thread = threading.Thread(target=lambda: print(decoder.decode(data).size))\n"
        "    thread.start(); thread.join()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(96, 64)"


def test_a_decoder_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'no codecs here' >&2\nexit 3\n")
    python.chmod(0o755)
    for executable, reason in ((python, "no codecs here"), (tmp_path / "absent", "absent")):
        monkeypatch.setattr(sys, "executable", str(executable))
        with Decoder(1) as decoder, pytest.raises(SnoopError, match=f"cannot start: .*{reason}"):
            decoder.decode(b"")
