"""Logs: one set-up for every process, lines as JSON or text, repeated errors folded."""
