"""Find and run the jobs that no worker acquired, without broker or beat."""
