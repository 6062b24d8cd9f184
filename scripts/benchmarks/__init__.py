"""Benchmarks beside scripts/benchmark.py, each a claim with a measured ratio."""
