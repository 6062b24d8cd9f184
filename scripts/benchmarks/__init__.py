"""Benchmarks, each a claim with a measured ratio; `make benchmark` runs those of the README."""
