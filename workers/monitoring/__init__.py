"""Measure the queues, the workers and the counters, and raise alerts."""
