"""The detector against films whose cuts are known: a table for every file, and F1 over all."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from snoop_flow.plugin_types import VideoTask
from snoop_video.segmenter import ShotSegmenter

HALF_FRAME = 0.021
SLACK = 0.5  # seconds around a gradual change


def _known(videos: Path) -> dict[Path, tuple[list[float], list[tuple[float, float]]]]:
    """Film → times of its hard cuts, and of its gradual changes."""
    found = {}
    for name, one in json.loads((videos / "real" / "shots.json").read_text()).items():
        rate = 30000 / 1001 if one["fps"] == 29.97 else one["fps"]
        late = 0.003 if name.endswith(".webm") else 0.0
        gradual = [*one.get("fades", []), *([one["fade_boundary"]] if "fade_boundary" in one else [])]
        found[videos / "real" / name] = (
            [frame / rate + late for frame in one["cuts"]],
            [(frame / rate - SLACK, frame / rate + SLACK) for frame in gradual],
        )
    for path in sorted((videos / "compilations").glob("*.json")):
        one = json.loads(path.read_text())
        shots = [shot for shot in one["shots"] if shot["transition_in"] != "start"]
        hard = [shot["start_s"] for shot in shots if shot["transition_in"] == "cut"]
        soft = [shot["transition_frames"] for shot in shots if shot["transition_in"] != "cut"]
        found[path.with_name(one["video"])] = (hard, [(a / 25 - 0.1, b / 25 + 0.1) for a, b in soft])
    return found


def test_hard_cuts_are_found_to_the_frame_and_gradual_ones_as_well(
    videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{'film':34}{'cuts':>6}{'found':>7}{'wrong':>7}{'gradual':>9}{'found':>7}"]
    right = wrong = missed = seen = gradual = 0
    for path, (hard, soft) in _known(videos).items():
        found = ShotSegmenter().cut(path, VideoTask(0.0, None, 1, 0.0, 64), lambda still: None).boundaries
        cuts = [one.at for one in found if one.kind == "cut"]
        hit = sum(any(abs(at - cut) < HALF_FRAME for cut in cuts) for at in hard)
        extra = sum(
            not any(abs(at - cut) < HALF_FRAME for at in hard) and not any(a <= cut <= b for a, b in soft)
            for cut in cuts
        )
        met = sum(any(a <= one.at <= b for one in found) for a, b in soft)
        right, wrong, missed = right + hit, wrong + extra, missed + len(hard) - hit
        seen, gradual = seen + met, gradual + len(soft)
        lines.append(f"{path.name:34}{len(hard):6}{hit:7}{extra:7}{len(soft):9}{met:7}")
    score = 2 * right / (2 * right + wrong + missed)
    lines.append(f"F1 on hard cuts {score:.3f}; {seen} of {gradual} gradual changes")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join([*lines, ""]))
    assert score >= 0.95
    assert seen >= 0.8 * gradual


def test_a_late_start_counts_as_players_count(videos: Path) -> None:
    # its first frame is shown at 1.075 s of an MP4's own timeline, which is what Chromium plays it at
    found = ShotSegmenter().cut(
        videos / "real" / "delayed_start.mp4", VideoTask(0.0, None, 1, 0.0, 64), lambda still: None
    )
    assert found.first == pytest.approx(1.075)
    assert found.last == pytest.approx(2.035)
