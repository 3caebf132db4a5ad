"""Execute a job: acquire its row, run it, release it."""
