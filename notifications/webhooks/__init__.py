"""Webhooks: events sent to addresses of other software, signed, in order, until they arrive."""
