"""The deliveries of a message: sent in batches, acknowledged by devices, shown to the author."""
