"""Events for other software: recorded with the change, ordered, read by position."""
