import subprocess
import sys

from snoop_faiss import plugin
from snoop_flow.host import PluginHost


def test_six_types_are_given_of_which_one_is_exact() -> None:
    given = {spec.name: spec.exact for spec in plugin.register_index_types()}
    approximate = ("faiss-sq8", "faiss-ivf", "faiss-ivf-pq", "faiss-ivf-rabitq", "faiss-hnsw")
    assert given == {"faiss-flat": True, **dict.fromkeys(approximate, False)}


def test_listing_plugins_does_not_load_faiss() -> None:
    code = "import sys, snoop_faiss.plugin as p; p.register_index_types(); print('faiss' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_threads_that_wait_do_not_spin_and_are_bounded() -> None:
    code = """
import os
from snoop_faiss.library import load_faiss, threads
faiss = load_faiss()
before = faiss.omp_get_max_threads()
with threads(faiss, 1):
    inside = faiss.omp_get_max_threads()
print(os.environ["OMP_WAIT_POLICY"], inside, faiss.omp_get_max_threads() == before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["PASSIVE", "1", "True"]


def test_doctor_learns_which_faiss_there_is_and_why_no_card_is_used() -> None:
    found = {one.subject: one for one in PluginHost().findings()}
    assert found["FAISS"].ok
    assert found["FAISS"].finding.startswith("faiss-")
    card = found["FAISS on a graphics card"]
    assert card.ok or "graphics card" in card.finding or "is a build for processors; replace it by: pip" in card.finding


def test_without_faiss_the_types_are_listed_and_say_what_to_install(tmp_path: str) -> None:
    code = """
import sys
sys.modules["faiss"] = None  # as if it were not there
from snoop_faiss import library
library.installed = dict
import numpy as np
from pathlib import Path
from snoop_faiss.plugin import INDEX_TYPES, diagnose
from snoop_flow.errors import PluginError
from snoop_flow.testing import ArrayView
try:
    INDEX_TYPES[0].build(ArrayView(np.eye(4, dtype="f4")), Path(sys.argv[1]), np.random.default_rng(0))
except PluginError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip().startswith("FAISS is not installed; run: pip install 'snoop-faiss[cpu]'")
