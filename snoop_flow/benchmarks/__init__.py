"""Benchmarks: floor, ours and peers in one run, so that their ratios hold on a noisy machine. Never tests."""

from snoop_flow.benchmarks.measuring import BenchReport, Timing, report_of, timed, timed_together

__all__ = ["BenchReport", "Timing", "report_of", "timed", "timed_together"]
