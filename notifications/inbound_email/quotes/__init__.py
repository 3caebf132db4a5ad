"""Find what the author of an email wrote, and cut what mail programs put around it."""
