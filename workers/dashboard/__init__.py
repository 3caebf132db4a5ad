"""Show the background work to staff, and let managers act on it."""
