"""Compute the machines of deploy/SCALING.md from measured costs, and simulate its queues."""
