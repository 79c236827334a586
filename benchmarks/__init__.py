"""Measure what a researcher waits for: ``python -m benchmarks``."""
