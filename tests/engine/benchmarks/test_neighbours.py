"""What others took of the machine, so that a busy one is not taken for a slow page."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from snoop_flow.benchmarks.neighbours import watched

SPIN = "import time; end = time.monotonic() + 1\nwhile time.monotonic() < end: pass"


@pytest.mark.skipif(not Path("/proc/stat").is_file(), reason="this system does not tell what processors do")
def test_what_we_started_is_ours() -> None:
    with subprocess.Popen([sys.executable, "-c", SPIN]), watched() as found:
        began = time.process_time()
        while time.process_time() < began + 0.2:
            pass
    assert found.share is not None
    assert 0 <= found.share <= 1
