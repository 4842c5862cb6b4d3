"""The benchmark of checks: its figures, and that the pages it invents are checked as real ones are."""

from __future__ import annotations

from benchmarks.qc import TRIED, bench


def test_the_benchmark_tells_checks_edits_and_trials() -> None:
    figures = bench(30, 300)
    assert {"rules", "cases_per_s", "edit_ms", "edit_worst_ms", "simulate_100k_s"} <= figures.keys()
    assert figures["broken_per_case"] == 0
    assert set(figures["simulated"]) == set(TRIED)  # type: ignore[call-overload]  # one number by rule
    findings = figures["findings_per_case"]
    assert isinstance(findings, float)
    assert 1 < findings < 15
