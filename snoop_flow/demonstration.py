"""The demonstration: the whole job once, on the sample archive or on one's own material, with figures.

Where labels are known (the sample archive, a folder with a `labels.csv`), a simulated curator marks truthfully and the
summary says how much its marks helped. Elsewhere nobody can know what belongs to a class, so the items most like the
first one stand in for a curator's positives, and the summary says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snoop_flow.facade import Workspace
from snoop_flow.samples import SampleServer, draw_archive

SAMPLE_PORT = 8711  # fixed, so that the sample archive's canvases keep their names from one run to the next
ROUNDS = 3
BATCH = 15
SHARE = 0.1  # the class that is taught is the one nearest to this share of the corpus
FORMATS = ("iiif", "w3c", "csv")
EVERYTHING = 1_000_000
Say = Callable[[str], None]
Truth = Mapping[str, set[str]]  # label → item ids


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was done: (step, what came of it) lines, and the figures."""

    workspace: str
    lines: tuple[tuple[str, str], ...]
    figures: Mapping[str, Any]


def run_demo(
    folder: Path, *, source: str | None = None, allow_hosts: Sequence[str] = (), say: Say = lambda line: None
) -> Demonstration:
    """Do the whole job in `folder`, creating a workspace there; doing it again goes on from what is there.

    Args:
        source: the user's own manifest, collection or folder; the sample archive if nothing is given.
        allow_hosts: private hosts that the source may reach.
        say: told what is being done, line by line.

    Raises:
        SnoopError: what any of the steps raises.
    """
    with Workspace.create(folder) as workspace:
        demo = _Demo(workspace, say)
        if source is not None:
            truth = demo.ingest(source, allow_hosts, lambda: _folder_truth(workspace, source))
        else:
            with _sample_server(workspace, say) as server:
                hosts = [f"127.0.0.1:{server.port}"]
                truth = demo.ingest(server.collection_url, hosts, lambda: _sample_truth(workspace, server))
        demo.teach(truth)
        demo.write_back()
        return Demonstration(str(workspace.folder), tuple(demo.lines), demo.figures)


@contextmanager
def _sample_server(workspace: Workspace, say: Say) -> Iterator[SampleServer]:
    archive = workspace.folder / "sample"
    say("drawing the sample archive")
    draw_archive(archive)
    with SampleServer(archive, port=SAMPLE_PORT) as server:
        yield server
