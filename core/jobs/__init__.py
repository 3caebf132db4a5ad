"""Background work: asked for by name, leased as rows, with progress."""
