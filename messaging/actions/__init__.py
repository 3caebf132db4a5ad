"""What people and workers do with conversations: one transaction each."""
