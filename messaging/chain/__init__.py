"""What was said, hashed so that a later change shows: the form of entries, and the daily roots."""
