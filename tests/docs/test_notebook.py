"""The notebook of the docs runs, cell after cell, on a small workspace."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from snoop_flow import Workspace
from snoop_flow.store.schema import record

NOTEBOOK = Path(__file__).parents[2] / "docs" / "how-to" / "study-a-corpus.ipynb"


def cells(kind: str) -> list[dict[str, Any]]:
    document = json.loads(NOTEBOOK.read_text("utf-8"))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    return [cell for cell in document["cells"] if cell["cell_type"] == kind]


def test_the_notebook_runs(archive: Workspace, items_of: Callable[[str], list[str]], tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'snoop-flow[parquet]'")
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'snoop-flow[bench]'")
    dates = {"discs": "vers 1890", "frames": "XIXe siècle", "stripes": "s.d."}
    with archive.catalogue.write() as connection:
        for row in connection.execute(record.select()).all():
            lines = [
                [{"fr": ["Date"]}, {"none": [dates[row.label["none"][0]]]}],
                [{"fr": ["Lieu"]}, {"none": ["Paris"]}],
            ]
            connection.execute(update(record).where(record.c.id == row.id).values(metadata=lines))
    archive.create_class("Discs", positives=items_of("discs")[:4])
    archive.fit("Discs")
    archive.enrich(["Discs"])
    archive.publish(["Discs"], policy="all")
    code = "\n\n".join("".join(cell["source"]) for cell in cells("code"))
    environment = os.environ | {"SNOOP_FLOW_WORKSPACE": str(archive.folder), "MPLBACKEND": "agg"}
    environment |= {"MPLCONFIGDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\d+ hits in 36 images", done.stdout, re.MULTILINE)
    assert "blind answers are missing" in done.stdout
    assert re.search(r"^Paris +\d+ of +36 ", done.stdout, re.MULTILINE)
    assert "first years by decade: {" in done.stdout


def test_the_notebook_keeps_no_output() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells("code"))
    assert not re.search(r"(?:^|[\s\"'])/(?:home|tmp|root|work|Users)/", NOTEBOOK.read_text("utf-8"))
