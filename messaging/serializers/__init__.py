"""The JSON shapes of messaging."""
