"""Sharing work out among threads."""

from __future__ import annotations

import threading

import pytest
from threadpoolctl import threadpool_info

from snoop_flow.errors import UsageError
from snoop_flow.learning.threads import one_blas_thread
from snoop_flow.processes import threads


def test_the_number_of_threads_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.THREADS, "1")
    assert threads.threads_allowed() == 1
    monkeypatch.setenv(threads.THREADS, "many")
    with pytest.raises(UsageError, match="SNOOP_FLOW_THREADS='many'"):
        threads.threads_allowed()


def test_results_come_in_the_order_of_the_shares_and_failures_reach_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.THREADS, "3")
    assert list(threads.shared_out(lambda share: share * share, range(50))) == [n * n for n in range(50)]
    with pytest.raises(ZeroDivisionError):
        list(threads.shared_out(lambda share: 1 // share, [2, 1, 0]))


def test_one_kind_of_work_does_not_wait_behind_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.THREADS, "2")
    let_go = threading.Event()
    slow = threads.shared_out(lambda _: let_go.wait(10), range(2), kind="model")
    assert list(threads.shared_out(lambda share: share, range(2), kind="scan")) == [0, 1]
    let_go.set()
    assert list(slow) == [True, True]


def blas_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_blas_keeps_to_one_thread_until_the_last_who_asked_is_done() -> None:
    before = blas_threads()
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert blas_threads() == {1}
    second.__exit__(None, None, None)
    assert blas_threads() == before


def test_every_thread_can_hold_blas_to_one() -> None:
    before = blas_threads()
    found = []

    def ask() -> None:
        with one_blas_thread():
            found.append(blas_threads())

    with one_blas_thread():
        found.append(blas_threads())
    others = [threading.Thread(target=ask) for _ in range(3)]
    for other in others:
        other.start()
        other.join()
    assert found == 4 * [{1}]
    assert blas_threads() == before
