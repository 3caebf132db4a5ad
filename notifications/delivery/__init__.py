"""The deliveries of a message: sent in batches, acknowledged, shown to the author."""
