"""From an announced file to its bytes in quarantine."""
