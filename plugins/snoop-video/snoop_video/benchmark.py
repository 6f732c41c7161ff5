"""Decoding and cutting films, beside PyAV that decodes them and throws the frames away; and what a long film takes.

The film is drawn: scenes with grain over which the view moves, cut hard, so that each cut is known. Or it is one of the
user's, whose packets are repeated up to the length that is wanted. Both ways use all processors: PyAV by the decoder's
threads alone, ours in child processes, one for each part. `milliseconds` is what a harvest does to a film: parts
of some minutes, cuts, stills written to disk, shots and keyframes entered in the catalogue.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from snoop_flow import Workspace
from snoop_flow.benchmarks.measuring import BenchReport, report_of, timing_of
from snoop_flow.errors import UsageError
from snoop_video.encoding import Encoding, encode

SHOT = 100  # frames
LOOP = 40  # seconds that are drawn; the rest repeats them
LONG, SHORT = 3 * 3600, 600  # seconds of the two films whose memory is compared
TINY = (64, 48)
SLOW = 5.0  # frames a second of these
MEASURED = """
import json, resource, sys
from snoop_flow import Workspace
with Workspace.create(sys.argv[1]) as workspace:
    report = workspace.harvest([sys.argv[2]])
peak = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"keyframes": report.keyframes, "MB": peak}))
"""


def bench_video(
    *,
    seconds: int = 1800,
    size: tuple[int, int] = (640, 480),
    fps: float = 25.0,
    repeats: int = 3,
    film: Path | None = None,
    memory: bool = True,
) -> BenchReport:
    """Measure a film of so many seconds.

    Args:
        film: a film of one's own instead of the drawn one, repeated up to `seconds`.
        memory: also compare what a film of ten minutes and one of three hours take.
    """
    if seconds < 1 or min(size) < 16:
        raise UsageError("give at least one second of at least 16 × 16 pixels")
    with tempfile.TemporaryDirectory(prefix="snoop-flow-bench-") as name:
        folder = Path(name)
        path = folder / "film.mp4"
        source = film or _drawn(folder / "loop.mp4", size, fps, min(seconds, LOOP))
        length = repeat(source, path, seconds)
        floor, ours, found = [], [], (0, 0)
        for number in range(repeats + 1):
            taken, frames = _bare(path)
            mine, cut = _ours(folder / f"workspace-{number}", path)
            if number:  # the first warms the disk's cache up
                floor.append(taken)
                ours.append(mine)
            found = (frames, cut)
        details = _speeds(found[0], length, timing_of(floor).median, timing_of(ours).median)
        if memory:
            details["peak memory, MB"] = _memory(folder)
    timings = {"floor": timing_of(floor), "ours": timing_of(ours)}
    expected = None if film else round(length * fps / SHOT)
    setting: dict[str, Any] = {"seconds": round(length, 2), "size": list(size), "fps": fps, "repeats": repeats}
    setting |= {"film": film.name} if film else {}
    details |= {"shots": found[1]} | ({"shots expected": expected} if expected else {})
    return report_of("video", setting, timings, exact=expected in (None, found[1]), details=details)


def _speeds(frames: int, length: float, floor: float, ours: float) -> dict[str, Any]:
    return {
        "frames a second": {"PyAV alone": round(1000 * frames / floor), "ours": round(1000 * frames / ours)},
        "share of PyAV alone": round(floor / ours, 3),
        "times real time": round(1000 * length / ours, 1),
    }


def _bare(path: Path) -> tuple[float, int]:
    started, frames = time.perf_counter(), 0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for _ in container.decode(stream):
            frames += 1
    return 1000 * (time.perf_counter() - started), frames


def _ours(folder: Path, path: Path) -> tuple[float, int]:
    """Milliseconds of cutting a film that is harvested already, and how many shots it has."""
    with Workspace.create(folder) as workspace:
        started = time.perf_counter()
        workspace.harvest([str(path)])
        taken = 1000 * (time.perf_counter() - started)
        return taken, len(workspace.shots(str(path)).shots)


# --- films -------------------------------------------------------------------------------------------------------


def _drawn(path: Path, size: tuple[int, int], fps: float, seconds: float) -> Path:
    encode(path, scenes(size, int(fps * seconds)), fps, Encoding(between=60))
    return path


def scenes(size: tuple[int, int], frames: int, seed: int = 5, shot: int = SHOT) -> Iterator[NDArray[np.uint8]]:
    """Pictures of a film: a new scene every `shot` frames, over which the view moves, with grain on it."""
    rng = np.random.default_rng(seed)
    width, height = size
    grain = rng.integers(-9, 10, (8, height, width, 1), dtype=np.int16)
    scene = np.zeros((height, width + shot, 3), np.int16)
    for number in range(frames):
        if number % shot == 0:
            coarse = rng.integers(0, 256, (9, 12, 3), dtype=np.int16)
            rows, columns = np.arange(height) * 9 // height, np.arange(width + shot) * 12 // (width + shot)
            scene = coarse[rows][:, columns]
        left = number % shot
        yield np.clip(scene[:, left : left + width] + grain[number % 8], 0, 255).astype(np.uint8)


def repeat(source: Path, path: Path, seconds: float) -> float:
    """Write the packets of a film again and again, without coding them anew; returns how long the new film is."""
    with av.open(str(source)) as first:
        stream = first.streams.video[0]
        rate = stream.average_rate or Fraction(25)
        packets = [(bytes(one), one.pts, one.dts, one.is_keyframe, one.duration) for one in _packets(first, stream)]
        base = stream.time_base or Fraction(1, 25)
        step = round(len(packets) / rate / base)
        times = max(1, round(seconds / float(step * base)))
        with av.open(str(path), "w") as container:
            copy = container.add_stream_from_template(stream)
            for number in range(times):
                for data, pts, dts, key, duration in packets:
                    packet = av.Packet(data)
                    packet.stream, packet.time_base, packet.is_keyframe = copy, base, key
                    packet.pts, packet.dts, packet.duration = pts + number * step, dts + number * step, duration
                    container.mux(packet)
    return float(times * step * base)


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    return (one for one in container.demux(stream) if one.dts is not None and one.pts is not None)


# --- memory ------------------------------------------------------------------------------------------------------


def _memory(folder: Path) -> dict[str, Any]:
    """What harvesting a short and a long film takes at most, in the process and in its decoder."""
    loop = folder / "tiny.mp4"
    encode(loop, scenes(TINY, int(60 * SLOW), shot=20), SLOW, Encoding(between=20))
    found = {}
    for name, seconds in (("10 minutes", SHORT), ("3 hours", LONG)):
        path = folder / f"{seconds}.mp4"
        repeat(loop, path, seconds)
        command = [sys.executable, "-c", MEASURED, str(folder / f"memory-{seconds}"), str(path)]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        process, decoder = answer["MB"]
        found[name] = {"process": process, "decoder": decoder, "keyframes": answer["keyframes"]}
    return found
