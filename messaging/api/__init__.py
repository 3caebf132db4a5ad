"""The REST endpoints of messaging: load, one call, answer."""
