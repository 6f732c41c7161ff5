import subprocess
import sys

from snoop_faiss import plugin


def test_four_types_are_given_of_which_one_is_exact() -> None:
    given = {spec.name: spec.exact for spec in plugin.register_index_types()}
    assert given == {"faiss-flat": True, "faiss-sq8": False, "faiss-ivf": False, "faiss-hnsw": False}


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
