"""The audit: who did what, chained so that a change of it is found."""
