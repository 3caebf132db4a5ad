"""Background jobs: enqueued by name, leased as rows, with progress."""
